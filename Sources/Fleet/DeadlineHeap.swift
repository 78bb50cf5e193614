/// Who is due next, among many, without looking at all of them: a binary heap.
///
/// Lazy: an entry is never moved or taken out early. Whoever pops one compares its generation with
/// the client's, and drops what is out of date.
struct DeadlineHeap {
  struct Entry: Comparable {
    var due: Duration
    var client: Int
    var generation: UInt32

    static func < (left: Entry, right: Entry) -> Bool {
      left.due == right.due ? left.client < right.client : left.due < right.due
    }
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child] < entries[parent] else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Entry? {
    guard let top = entries.first else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      sink()
    }
    return top
  }

  private mutating func sink() {
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < entries.count else { return }
      let right = left + 1
      let child = right < entries.count && entries[right] < entries[left] ? right : left
      guard entries[child] < entries[parent] else { return }
      entries.swapAt(child, parent)
      parent = child
    }
  }
}
