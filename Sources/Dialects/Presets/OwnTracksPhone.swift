/// What is remembered of a phone: the times, in seconds since 1970, of what it said last.
///
/// Phones send late what they could not send in time, and by several ways, so an older word can come after a newer
/// one. A second has many words: of equal times the one that comes later counts. A time in the future is taken as
/// the time of arrival, for a clock that was wrong once must not make everything stale that comes after it.
struct OwnTracksPhone {
  /// Of the region that was entered or left longest ago no more is remembered then.
  static let maxRegions = 64

  /// The latest connection that a will has ended.
  private(set) var lastWill: Int64?
  /// When it last said in which regions it is, and when it last entered or left one.
  private var placed = Int64.min
  private var moved: [(region: [UInt8], at: Int64)] = []

  mutating func die(_ connected: Int64) { lastWill = max(lastWill ?? connected, connected) }

  /// - Returns: whether the list of regions is news.
  mutating func isIn(at time: Int64) -> Bool {
    guard time >= placed, moved.allSatisfy({ time >= $0.at }) else { return false }
    placed = time
    moved = []
    return true
  }

  /// It entered or left the region.
  /// - Returns: whether that is news.
  mutating func moves(_ region: [UInt8], at time: Int64) -> Bool {
    let known = moved.firstIndex { $0.region == region }
    guard time >= placed, known.map({ time >= moved[$0].at }) ?? true else { return false }
    if let known { moved.remove(at: known) }
    if moved.count == Self.maxRegions { placed = max(placed, moved.removeFirst().at) }
    moved.append((region, time))
    return true
  }
}
