import Presence

/// How long to wait before the next attempt to connect: doubling between two bounds, each wait drawn from
/// its upper half, so that many bridges do not come back at the same instant.
struct Backoff {
  let minimum: Duration
  let maximum: Duration
  private var next: Duration

  init(minimum: Duration, maximum: Duration) {
    self.minimum = minimum
    self.maximum = maximum
    next = minimum
  }

  /// The wait after another failure. `jitter` is in 0..<1.
  mutating func fail(jitter: Double) -> Duration {
    let wait = next * (0.5 + jitter / 2)
    next = min(next * 2, maximum)
    return wait
  }

  /// The connection settled: the next failure is a first one.
  mutating func succeed() { next = minimum }
}
