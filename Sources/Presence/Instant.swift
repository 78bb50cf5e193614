/// Time as the core knows it: a count of nanoseconds that never goes back.
///
/// The core reads no clock. Whoever calls it says what time it is, so the same calls give the same
/// answers, and hours can pass in a test within milliseconds.

/// A point on the monotonic clock. Negative for what happened before the clock began.
public struct Instant: Comparable, Hashable, Sendable {
  public var nanoseconds: Int64

  /// Later than anything that is ever scheduled: "not before something else happens".
  public static let never = Instant(nanoseconds: .max)

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.clampedSum(duration.nanoseconds))
  }

  public static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.clampedDifference(duration.nanoseconds))
  }

  public static func - (later: Instant, earlier: Instant) -> Duration {
    .nanoseconds(later.nanoseconds.clampedDifference(earlier.nanoseconds))
  }
}

/// Clocks, and times that databases keep, may be anything: what does not fit is clamped, never a trap.
extension Int64 {
  func clampedSum(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  func clampedDifference(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}

extension Duration {
  /// Whole nanoseconds; what does not fit (292 years) is clamped.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    return whole.clampedSum(attoseconds / 1_000_000_000)
  }

  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

/// The two clocks at one moment: the monotonic one decides, the wall clock is only shown and kept.
public struct Now: Equatable, Sendable {
  public var instant: Instant
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var wall: Int64

  public init(instant: Instant, wall: Int64) {
    self.instant = instant
    self.wall = wall
  }

  /// The wall time at which `instant` was or will be, as far as today's clocks can tell.
  public func wall(at instant: Instant) -> Int64 {
    wall.clampedSum((instant - self.instant).milliseconds)
  }

  /// The instant that a kept wall time stands for. A time in the future (the clock was set back) is
  /// taken as now.
  public func instant(atWall time: Int64) -> Instant {
    instant - .milliseconds(max(0, wall.clampedDifference(time)))
  }
}
