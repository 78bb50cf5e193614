import Presence
import Testing

/// Clocks and kept times at their ends: the result is clamped.
@Suite struct InstantTests {
  static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

  @Test(arguments: extremes, extremes)
  func `no sum and no difference of instants and durations traps`(left: Int64, right: Int64) {
    let (instant, other) = (Instant(nanoseconds: left), Instant(nanoseconds: right))
    let duration = Duration.nanoseconds(right)
    #expect(right < 0 ? instant + duration <= instant : instant + duration >= instant)
    #expect(right < 0 ? instant - duration >= instant : instant - duration <= instant)
    #expect((instant - other >= .zero) == (left >= right))
  }

  @Test func `what fits is exact, and what does not is clamped`() {
    let instant = Instant(nanoseconds: 5)
    #expect(instant + .nanoseconds(7) == Instant(nanoseconds: 12))
    #expect(instant - .nanoseconds(7) == Instant(nanoseconds: -2))
    #expect(Instant.never + .seconds(1) == .never)
    #expect(Instant(nanoseconds: .min) - .seconds(1) == Instant(nanoseconds: .min))
    let (longest, shortest) = (Duration(nanosecondCount: .max), Duration(nanosecondCount: .min))
    #expect(longest.nanoseconds == .max)
    #expect((longest + Duration(nanosecondCount: 1)).nanoseconds == .max)
    #expect((shortest - Duration(nanosecondCount: 1)).nanoseconds == .min)
    #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    #expect(Duration.seconds(Int64.min).nanoseconds == .min)
  }

  @Test(arguments: extremes, extremes)
  func `no wall clock and no kept time traps`(wall: Int64, time: Int64) {
    for nanoseconds in Self.extremes {
      let now = Now(instant: Instant(nanoseconds: nanoseconds), wall: wall)
      #expect(now.instant(atWall: time) <= now.instant)
      #expect(now.wall(at: now.instant) == wall)
      _ = now.wall(at: Instant(nanoseconds: time))
    }
  }
}

extension Duration {
  /// The maker of durations has the name of the property.
  fileprivate init(nanosecondCount: Int64) {
    self = .nanoseconds(nanosecondCount)
  }
}
