/// When each client is to be looked at next: a hierarchical timing wheel of seven levels of 64
/// slots, in steps of a millisecond, wide enough for a century.
///
/// The wheel knows times only to the slot: an entry that is popped is asked again when it is really
/// due, and put back if that is later. So a heartbeat moves nothing here, and a tick with nothing due
/// looks at seven words. Times are rounded up to the millisecond: nothing is ever popped early.
///
/// Beside the slots stand two plain lists through the same links, since an entry is in one place at
/// a time: those that await proof of their silence, and those that are away, in order of going.
struct Timetable {
  private static let levels = 7
  static let suspects = levels * 64
  static let away = suspects + 1
  private static let tick: Int64 = 1_000_000
  /// The last millisecond that the wheel knows; what is later stands there.
  private static let horizon: Int64 = 1 << (6 * levels) - 1

  private(set) var lists = LinkedLists(lists: levels * 64 + 2)
  private(set) var occupied = [UInt64](repeating: 0, count: levels)
  private(set) var current: Int64 = 0

  /// Puts an entry, wherever it was, at its time; `never` takes it out.
  mutating func schedule(_ entry: Int32, at time: Instant) {
    cancel(entry)
    guard time != .never else { return }
    let due = min(max(Self.ticks(time), current), Self.horizon)
    let level = Self.level(of: due ^ current)
    let slot = Int((due >> (6 * level)) & 63)
    lists.append(entry, to: level * 64 + slot)
    occupied[level] |= 1 << slot
  }

  mutating func cancel(_ entry: Int32) {
    guard let list = lists.remove(entry), list < Self.suspects, lists.isEmpty(list) else { return }
    occupied[list / 64] &= ~(1 << (list % 64))
  }

  /// The first entry of the earliest slot that has begun by `now`: due, or to be scheduled again.
  mutating func pop(at now: Instant) -> Int32? {
    let nowTick = min(now.nanoseconds / Self.tick, Self.horizon)
    guard let (list, start) = earliest, start <= nowTick, let entry = lists.first(of: list) else {
      current = max(current, nowTick)
      return nil
    }
    current = max(current, start)
    cancel(entry)
    return entry
  }

  /// When ``pop(at:)`` has something next; it may then turn out to be due later.
  var nextTime: Instant? {
    earliest.map { Instant(nanoseconds: $0.start * Self.tick) }
  }

  /// The slot that begins first. One of a higher level may: it is being emptied, and what was put back
  /// from it already stands in lower ones.
  private var earliest: (list: Int, start: Int64)? {
    var first: (list: Int, start: Int64)?
    for level in 0..<Self.levels where occupied[level] != 0 {
      let slot = occupied[level].trailingZeroBitCount
      let start = start(ofSlot: slot, level: level)
      if first.map({ start < $0.start }) ?? true { first = (level * 64 + slot, start) }
    }
    return first
  }

  func start(ofSlot slot: Int, level: Int) -> Int64 {
    let base = (current >> (6 * (level + 1))) << (6 * (level + 1))
    return base + Int64(slot) << (6 * level)
  }

  /// Rounded up, so that an entry's slot never begins before its time.
  static func ticks(_ time: Instant) -> Int64 {
    time.nanoseconds <= 0 ? 0 : (time.nanoseconds - 1) / tick + 1
  }

  private static func level(of difference: Int64) -> Int {
    (63 - (difference | 63).leadingZeroBitCount) / 6
  }
}

extension Timetable {
  var firstSuspect: Int32? { lists.first(of: Self.suspects) }

  func isSuspect(_ entry: Int32) -> Bool { lists.list(of: entry) == Self.suspects }

  mutating func suspect(_ entry: Int32) {
    cancel(entry)
    lists.append(entry, to: Self.suspects)
  }

  /// Who has been away longest.
  var firstAway: Int32? { lists.first(of: Self.away) }

  /// Who is away, the one longest away first, at most so many.
  func parked(first limit: Int = .max) -> [Int32] { lists.entries(of: Self.away, first: limit) }

  mutating func park(_ entry: Int32) {
    cancel(entry)
    lists.append(entry, to: Self.away)
  }
}
