/// Which revisions there are: one rule for what is written and what is believed, in payloads and in the database.
///
/// Revisions come from one counter, which every start raises above the clock. Anybody who may write on a room's
/// retained topic can put a revision there, and the counter has to go on above it: so what is believed of others ends
/// where there are plenty left, and no single message can use the counter up.
public enum Revision {
  /// What can be written and read back: integers up to 2^53 - 1, which a Double holds as they are.
  public static let all: ClosedRange<Int64> = 0...(1 << 53 - 1)

  /// What is believed where others can write. Above are 2^50 revisions, as many as the clock takes 34 years for, and
  /// the clock comes to the end of these in 2213.
  public static let believed: ClosedRange<Int64> = 0...(1 << 53 - 1 << 50)

  /// As ``believed``, and what a bridge that has used up to `ceiling` may itself have written.
  public static func believed(from ceiling: Int64) -> ClosedRange<Int64> {
    0...min(max(believed.upperBound, ceiling), all.upperBound)
  }

  /// The least revision of a bridge that starts at this time, in milliseconds since 1970: 1,024 a millisecond, which
  /// is more than a bridge can use.
  public static func start(at wall: Int64) -> Int64 {
    min(max(0, wall), believed.upperBound >> 10) << 10
  }
}
