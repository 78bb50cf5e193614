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
  private var heap = Heap<Entry>()
  private var number = 0

  func at(_ time: Instant, _ body: @escaping () -> Void) {
    number += 1
    heap.insert(Entry(time: max(time, now), number: number, body: body))
  }

  func after(_ duration: Duration, _ body: @escaping () -> Void) { at(now + duration, body) }

  /// Keeps appointments until `end`, or until `isOver` says so.
  func run(until end: Instant, isOver: () -> Bool) {
    while let first = heap.first, first.time <= end {
      if isOver() { return }
      heap.removeFirst()
      now = first.time
      first.body()
    }
    now = max(now, end)
  }
}
