import Bridge
import Presence

/// A clock that is moved by hand.
final class HandClock: Clock {
  /// Nanoseconds.
  var time: Int64 = 1_000_000_000_000
  var now: Now {
    Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000 + time / 1_000_000)
  }
  var part = 0.0
  func jitter() -> Double { part }

  func advance(_ duration: Duration) { time += duration.nanoseconds }
}
