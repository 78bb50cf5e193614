import Bridge
import Presence

/// A clock that a run moves.
final class FuzzClock: Clock {
  private var elapsed = Duration.zero
  private static let begin = Instant(nanoseconds: 1_000_000_000_000)
  private static let wall: Int64 = 1_700_000_000_000

  var now: Now {
    Now(instant: Self.begin + elapsed, wall: Self.wall + Int64(elapsed / .milliseconds(1)))
  }
  func jitter() -> Double { 0.5 }

  func advance(_ duration: Duration) { elapsed += duration }
}
