/// The time that history goes by: the wall clock, as long as that does not go back.
///
/// A machine without a clock of its own begins with one that is behind, and is set right soon after: until then
/// what happens is put down to the newest second there is. Only a clock that stays behind for a while was ahead before;
/// then what was kept of the time that comes again has to give way. So it is at once where the clock is back where it
/// would be if it had never jumped.
///
/// Thinning goes by a clock that does not jump, ``thinningTime``: it throws away, and a clock that is ahead for a moment
/// must not throw away all.
struct HistoryClock {
  /// A clock that has jumped is believed once it has gone on for so many seconds.
  private static let patience: Int64 = 600
  /// The bridge looks at the time every ten seconds. More seconds than these have not passed under its eyes. Fewer, also
  /// backwards, are believed at once: such a step throws nothing away.
  private static let longestStep: Int64 = 60
  /// 2023: nothing is kept from before, and a clock that says so is wrong.
  private static let earliest: Int64 = 1_672_531_200

  /// The newest second of history.
  private(set) var newest: Int64
  /// For how many seconds the wall clock has been behind; `nil`: it is not.
  private var behindFor: Int64?
  private var before: Int64
  /// What the wall clock would say if it had not jumped, as far as we know; seconds.
  private(set) var thinningTime: Int64
  private var lastSeen: Int64
  /// When the clock jumped that is not believed yet, by that clock.
  private var jumpedAt: Int64?

  /// - Parameters:
  ///   - newest: the newest second that is kept.
  ///   - alive: when the bridge last committed; seconds.
  init(newest: Int64, alive: Int64) {
    self.newest = newest
    before = newest
    thinningTime = alive
    lastSeen = alive
  }

  /// - Parameter time: of the wall clock, in milliseconds since 1970, as is the answer.
  /// - Returns: the time to go by, and whether it was set back.
  mutating func take(_ time: Int64) -> (time: Int64, isSetBack: Bool) {
    let second = HistoryBook.second(at: time)
    let isRepaired = see(second)
    guard second < newest else {
      (newest, behindFor) = (second, nil)
      return (time, false)
    }
    let isOld = behindFor ?? 0 >= Self.patience
    behindFor = behindFor ?? 0
    guard second >= Self.earliest, isRepaired || isOld else {
      return (newest * 1_000 + 999, false)
    }
    (newest, behindFor) = (second, nil)
    return (time, true)
  }

  /// - Returns: whether a jump has just been undone.
  @discardableResult
  mutating func see(_ second: Int64) -> Bool {
    let step = second - lastSeen
    defer { lastSeen = second }
    // A clock that jumps has not gone on for as long.
    if let time = behindFor, (0...Self.longestStep).contains(step) { behindFor = time + step }
    if lastSeen == 0 {
      // Nothing was kept before.
      believe(second)
    } else if (-Self.longestStep...Self.longestStep).contains(step) {
      thinningTime += step
    } else if jumpedAt != nil, abs(second - thinningTime) <= Self.longestStep {
      believe(second)
      return true
    } else {
      jumpedAt = second
    }
    if let jumpedAt, second - jumpedAt >= Self.patience { believe(second) }
    return false
  }

  private mutating func believe(_ second: Int64) { (thinningTime, jumpedAt) = (second, nil) }

  /// A transaction begins.
  mutating func begin() { before = newest }

  /// What was taken since it began did not happen.
  mutating func rollBack() { newest = before }
}
