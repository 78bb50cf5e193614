import Testing

@testable import Presence

/// The wheel against a sorted array.
@Suite struct TimetableTests {
  private static let day: Int64 = 86_400_000

  /// Everything that is due at `now`, asked again and put back as the engine does.
  private static func due(
    _ table: inout Timetable, _ times: [Int32: Int64], at now: Int64
  ) -> Set<Int32> {
    var due: Set<Int32> = []
    while let entry = table.pop(at: Instant(nanoseconds: now)) {
      let time = times[entry] ?? .max
      if time <= now {
        due.insert(entry)
      } else {
        table.schedule(entry, at: Instant(nanoseconds: time))
      }
    }
    return due
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `what is popped is what is due`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var table = Timetable()
    var times: [Int32: Int64] = [:]
    var now: Int64 = 1_000_000_000_000
    let spans: [Int64] = [0, 1, 64, 4_096, 60_000, 262_144, 16_777_216, 366 * Self.day]
    for _ in 0..<1_500 {
      let entry = Int32.random(in: 0..<50, using: &random)
      let span = (spans.randomElement(using: &random) ?? 0) * 1_000_000
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let time = now + Int64.random(in: 0...max(1, span), using: &random)
        // Heartbeats only write down a later time.
        if let old = times[entry], old < time, Bool.random(using: &random) {
          times[entry] = time
        } else {
          times[entry] = time
          table.schedule(entry, at: Instant(nanoseconds: time))
        }
      case 5:
        times[entry] = nil
        table.cancel(entry)
      default:
        let next = times.values.min() ?? now
        let choices = [now, next, next - 1, next + 999_999, now + span]
        now = max(now, choices.randomElement(using: &random) ?? now)
        let ready = Self.due(&table, times, at: now)
        // The wheel rounds up to its millisecond.
        for entry in ready { #expect((times[entry] ?? .max) <= now, "seed \(seed)") }
        let overdue = times.filter { $0.value <= now - 999_999 }.keys
        #expect(ready.isSuperset(of: overdue), "seed \(seed)")
        for entry in ready { times[entry] = nil }
      }
      if let next = table.nextTime, let first = times.values.min() {
        #expect(next.nanoseconds <= max(now, first + 999_999), "seed \(seed)")
      } else {
        #expect(times.isEmpty, "seed \(seed)")
      }
    }
  }

  @Test(arguments: [1, 63, 64, 65, 4_095, 4_096, 262_144, 16_777_216, 366 * 86_400_000])
  func `an entry is popped at its time and not before`(milliseconds: Int64) {
    var table = Timetable()
    let start = Instant(nanoseconds: 999_999_937_000_000)
    let nothing = table.pop(at: start)
    #expect(nothing == nil)
    let time = start + .milliseconds(milliseconds)
    table.schedule(3, at: time)
    let before = Self.due(&table, [3: time.nanoseconds], at: time.nanoseconds - 1)
    #expect(before == [])
    let then = Self.due(&table, [3: time.nanoseconds], at: time.nanoseconds)
    #expect(then == [3])
    #expect(table.nextTime == nil)
  }

  @Test func `never takes an entry out`() {
    var table = Timetable()
    table.schedule(1, at: Instant(nanoseconds: 5_000_000))
    table.schedule(1, at: .never)
    #expect(table.nextTime == nil)
    let nothing = table.pop(at: Instant(nanoseconds: 1_000_000_000_000))
    #expect(nothing == nil)
  }

  @Test func `an entry is in the wheel, a suspect or away, and never two of them`() {
    var table = Timetable()
    table.schedule(1, at: Instant(nanoseconds: 5_000_000))
    table.suspect(1)
    #expect(table.nextTime == nil)
    #expect(table.firstSuspect == 1)
    table.park(1)
    #expect(table.firstSuspect == nil)
    #expect(table.firstAway == 1)
    table.schedule(1, at: Instant(nanoseconds: 5_000_000))
    #expect(table.firstAway == nil)
    let popped = table.pop(at: Instant(nanoseconds: 5_000_000))
    #expect(popped == 1)
  }

  @Test func `who went first stands first`() {
    var table = Timetable()
    for entry: Int32 in [4, 2, 9] { table.park(entry) }
    table.cancel(4)
    #expect(table.firstAway == 2)
    table.park(2)
    #expect(table.firstAway == 9)
  }
}
