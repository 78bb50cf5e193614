import Presence

@testable import Bridge

/// Virtual time, and what is to happen in it. Time jumps from one appointment to the next; those of the same
/// instant are kept in the order in which they were made.
final class Agenda {
  private struct Entry: Comparable {
    var time: Instant
    var number: Int
    var body: () -> Void

    static func < (left: Entry, right: Entry) -> Bool {
      (left.time, left.number) < (right.time, right.number)
    }
    static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
  }

  private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
  /// Appointments are put off to a multiple of it.
  private let grain: Duration
  private var heap = Heap<Entry>()
  private var number = 0

  init(grain: Duration) { self.grain = grain }

  func at(_ time: Instant, _ body: @escaping () -> Void) {
    number += 1
    heap.insert(Entry(time: time.roundedUp(to: grain, notBefore: now), number: number, body: body))
  }

  func after(_ duration: Duration, _ body: @escaping () -> Void) { at(now + duration, body) }

  /// Nothing is to happen any more.
  func clear() { heap = Heap() }

  /// Keeps appointments until `end`, or until `isOver` says so.
  func run(until time: Instant, isOver: () -> Bool) {
    let end = time.roundedUp(to: grain, notBefore: now)
    while let first = heap.first, first.time <= end {
      if isOver() { return }
      heap.removeFirst()
      now = first.time
      first.body()
    }
    now = max(now, end)
  }
}

extension Instant {
  func roundedUp(to grain: Duration, notBefore earliest: Instant) -> Instant {
    let (time, step) = (max(self, earliest).nanoseconds, grain.nanoseconds)
    return Instant(nanoseconds: (time + step - 1) / step * step)
  }
}
