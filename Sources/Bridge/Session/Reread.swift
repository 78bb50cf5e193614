import Presence

/// Reading the retained statuses again in a live session, after the broker has dropped messages: behind the replays a
/// fence is to come back, as at the beginning.
struct Reread {
  /// Reading everything costs: the next reading waits so many times as long as the last one took.
  private static let pauseFactor = 20
  private static let shortestPause = Duration.seconds(10)

  /// What the broker told last.
  private(set) var dropped: Int?
  /// What it had told when the reading began that is under way, or ended last.
  private(set) var readUpTo: Int?
  private var due = Instant.never
  private var earliest = Instant(nanoseconds: .min)
  /// When the reading that is under way began; `nil`: none is.
  private(set) var startedAt: Instant?
  /// The fence that was sent last before it began.
  private var earlierFence: UInt64 = 0

  var isUnderWay: Bool { startedAt != nil }

  /// When to begin another.
  var nextTime: Instant { isUnderWay ? .never : max(due, earliest) }

  /// Takes in the broker's count of dropped messages; when it has grown, some of them may have been ours.
  mutating func note(dropped count: Int, at now: Instant) {
    defer { dropped = count }
    if let dropped, count > dropped { due = min(due, now) }
  }

  mutating func begin(behind fence: UInt64, at now: Instant) {
    due = .never
    readUpTo = dropped
    startedAt = now
    earlierFence = fence
  }

  /// It could not be begun: later.
  mutating func putOff(at now: Instant) {
    startedAt = nil
    due = now
    earliest = now + Self.shortestPause
  }

  /// A fence came back.
  ///
  /// - Returns: whether that ended the reading.
  mutating func fenceReturned(_ number: UInt64, at now: Instant) -> Bool {
    guard let startedAt, number > earlierFence else { return false }
    self.startedAt = nil
    earliest = now + max(Self.shortestPause, (now - startedAt) * Self.pauseFactor)
    return true
  }
}
