import Glibc
import Presence

/// The machine's clocks. The monotonic one stands still while the machine sleeps
/// (clock_gettime(2), `CLOCK_MONOTONIC`): nobody grows silent in that time.
final class SystemClock: Clock {
  var now: Now {
    Now(
      instant: Instant(nanoseconds: Self.read(CLOCK_MONOTONIC)),
      wall: Self.read(CLOCK_REALTIME) / 1_000_000)
  }

  func jitter() -> Double { .random(in: 0..<1) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
