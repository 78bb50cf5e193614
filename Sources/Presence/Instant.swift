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
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return overflow ? .never : Instant(nanoseconds: sum)
  }

  public static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds - duration.nanoseconds)
  }

  public static func - (later: Instant, earlier: Instant) -> Duration {
    .nanoseconds(later.nanoseconds - earlier.nanoseconds)
  }
}

extension Duration {
  /// Whole nanoseconds; what does not fit (292 years) is clamped.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    return whole + attoseconds / 1_000_000_000
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
  public func wall(at instant: Instant) -> Int64 { wall + (instant - self.instant).milliseconds }

  /// The instant that a kept wall time stands for. A time in the future (the clock was set back) is
  /// taken as now.
  public func instant(atWall time: Int64) -> Instant {
    instant - .milliseconds(max(0, wall - time))
  }
}
