import Presence

/// When to say next that something is missing: after a while, then rarer each time.
struct Patience {
  private static let first = Duration.seconds(3)
  private static let longest = Duration.seconds(300)

  private var pause = first
  private(set) var nextTime = Instant.never
  /// How often it was said.
  private(set) var times: UInt64 = 0

  /// It is waited for from now on, unless it is already.
  mutating func begin(at now: Instant) {
    if times == 0, nextTime == .never { nextTime = now + pause }
  }

  /// - Returns: whether to say it now.
  mutating func isOver(at now: Instant) -> Bool {
    guard now >= nextTime else { return false }
    times += 1
    pause = min(pause * 2, Self.longest)
    nextTime = now + pause
    return true
  }

  /// It has come.
  mutating func end() { self = Patience() }
}
