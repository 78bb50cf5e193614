import Presence

/// When each room with changes is published next.
///
/// From empty to occupied and back at once, though at most ten times a second; other changes at most once
/// in the interval. A room stands here once, however often it changes: what is published is its state.
struct PublishSchedule {
  private struct Timing {
    var last = Instant(nanoseconds: .min)
    var lastEdge = Instant(nanoseconds: .min)
    var due = Instant.never
  }

  private struct Entry: Comparable {
    var due: Instant
    var room: Int32
    static func < (left: Entry, right: Entry) -> Bool {
      (left.due, left.room) < (right.due, right.room)
    }
  }

  static let edgeInterval = Duration.milliseconds(100)

  let interval: Duration
  private var timings: ContiguousArray<Timing> = []
  private var heap = Heap<Entry>()

  init(interval: Duration) { self.interval = interval }

  /// Notes a change of a room: it becomes due, or due earlier.
  mutating func note(_ room: Int32, isEdge: Bool, at now: Instant) {
    while timings.count <= Int(room) { timings.append(Timing()) }
    let due = max(earliest(room, isEdge: isEdge), now)
    guard due < timings[Int(room)].due else { return }
    timings[Int(room)].due = due
    heap.insert(Entry(due: due, room: room))
  }

  /// The next room that is due; its change is taken as published now.
  mutating func pop(at now: Instant, isEdge: (Int32) -> Bool) -> Int32? {
    while let first = heap.first, first.due <= now {
      heap.removeFirst()
      guard timings[Int(first.room)].due == first.due else { continue }
      timings[Int(first.room)].due = .never
      // It may have become an edge since it was noted, or have ceased to be one.
      let isEdge = isEdge(first.room)
      guard earliest(first.room, isEdge: isEdge) <= now else {
        note(first.room, isEdge: isEdge, at: now)
        continue
      }
      if isEdge { timings[Int(first.room)].lastEdge = now }
      timings[Int(first.room)].last = now
      return first.room
    }
    return nil
  }

  private func earliest(_ room: Int32, isEdge: Bool) -> Instant {
    let timing = timings[Int(room)]
    return isEdge
      ? Self.after(timing.lastEdge, Self.edgeInterval) : Self.after(timing.last, interval)
  }

  /// When ``pop(at:isEdge:)`` may have something. Entries that a change made earlier are only skipped
  /// there, so it may have nothing.
  var nextTime: Instant? { heap.first?.due }

  /// A room's number belongs to another room now.
  mutating func forget(_ room: Int32) {
    if Int(room) < timings.count { timings[Int(room)] = Timing() }
  }

  private static func after(_ last: Instant, _ interval: Duration) -> Instant {
    last.nanoseconds == .min ? last : last + interval
  }
}

/// A binary heap: the smallest element first.
struct Heap<Element: Comparable> {
  private var items: ContiguousArray<Element> = []

  var first: Element? { items.first }

  mutating func insert(_ item: Element) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && items[child] < items[smallest] { smallest = child }
      if smallest == parent { return }
      items.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
