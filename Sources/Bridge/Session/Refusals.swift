import Presence

/// What the broker refused to take on retained topics, to be published again with growing pauses.
///
/// Outlives the connection: brokers exist that close it at each refusal. A few are tried at a time, the one refused
/// longest ago first; one that is accepted shows that rights were mended, and the others follow at once.
struct Refusals {
  enum Item: Hashable {
    case status
    /// Not said again: the next one is.
    case event(Int32)
    case occupancy(Int32)
    case count(Int32)
    /// What Home Assistant is told of a room.
    case config(Int32)
    /// A topic that is to be cleared.
    case clear([UInt8])
  }

  static let batch = 8
  private static let first = Duration.seconds(1)
  private static let longest = Duration.seconds(60)

  private var queue: ContiguousArray<Item> = []
  private var taken = 0
  private var waiting: Set<Item> = []
  private var tried: Set<Item> = []
  private var pause = first
  private(set) var nextTime = Instant.never

  var count: Int { waiting.count + tried.count }

  /// Whether it is not to be published before its time.
  func isWaiting(_ item: Item) -> Bool { !waiting.isEmpty && waiting.contains(item) }

  func contains(_ item: Item) -> Bool { isWaiting(item) || tried.contains(item) }

  mutating func refused(_ item: Item, at now: Instant) {
    tried.remove(item)
    guard waiting.insert(item).inserted else { return }
    queue.append(item)
    if nextTime == .never { nextTime = now + pause }
  }

  /// The broker took what was published of it.
  ///
  /// - Returns: whether it had refused it before.
  mutating func accepted(_ item: Item, at now: Instant) -> Bool {
    if case .event = item { releaseEvents() }
    guard tried.remove(item) != nil else { return false }
    pause = Self.first
    if !waiting.isEmpty { nextTime = now }
    return true
  }

  /// One event was accepted: none is held back any more.
  private mutating func releaseEvents() {
    guard count > 0 else { return }
    for items in [waiting, tried] {
      for case .event(let room) in items { forget(.event(room)) }
    }
  }

  /// Nothing was published of it: the broker will not answer.
  mutating func skipped(_ item: Item) { tried.remove(item) }

  /// There is nothing to say of it any more.
  mutating func forget(_ item: Item) {
    waiting.remove(item)
    tried.remove(item)
  }

  /// A room is shown no more.
  mutating func forget(room: Int32) {
    for item: Item in [.event(room), .occupancy(room), .count(room), .config(room)] { forget(item) }
  }

  /// Those to try now.
  mutating func take(at now: Instant) -> [Item] {
    guard now >= nextTime else { return [] }
    var batch: [Item] = []
    while batch.count < Self.batch, taken < queue.count {
      let item = queue[taken]
      taken += 1
      guard waiting.remove(item) != nil else { continue }
      tried.insert(item)
      batch.append(item)
    }
    compact()
    pause = min(pause * 2, Self.longest)
    nextTime = waiting.isEmpty ? .never : now + pause
    return batch
  }

  /// The connection ended before the broker had answered: what was tried waits on.
  mutating func unanswered(at now: Instant) {
    for item in tried.sorted(by: Self.precedes) { refused(item, at: now) }
  }

  private mutating func compact() {
    guard taken > 1_024, taken * 2 > queue.count else { return }
    queue.removeFirst(taken)
    taken = 0
  }

  /// An order that does not differ from run to run.
  private static func precedes(_ left: Item, _ right: Item) -> Bool {
    let (left, right) = (left.place, right.place)
    if left.kind != right.kind { return left.kind < right.kind }
    if left.room != right.room { return left.room < right.room }
    return left.topic.lexicographicallyPrecedes(right.topic)
  }
}

extension Refusals.Item {
  fileprivate var place: (kind: Int, room: Int32, topic: [UInt8]) {
    switch self {
    case .status: (0, 0, [])
    case .event(let room): (1, room, [])
    case .occupancy(let room): (2, room, [])
    case .count(let room): (3, room, [])
    case .config(let room): (4, room, [])
    case .clear(let topic): (5, 0, topic)
    }
  }
}
