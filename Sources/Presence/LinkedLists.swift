/// Lists threaded through flat arrays: every entry is in at most one of them, and joins, leaves and
/// moves in constant time without an allocation.
struct LinkedLists {
  static let none: Int32 = -1
  static let unlisted = UInt16.max

  private(set) var next: ContiguousArray<Int32> = []
  private(set) var previous: ContiguousArray<Int32> = []
  private(set) var list: ContiguousArray<UInt16> = []
  private(set) var heads: ContiguousArray<Int32>
  private(set) var tails: ContiguousArray<Int32>

  init(lists: Int) {
    heads = ContiguousArray(repeating: Self.none, count: lists)
    tails = heads
  }

  mutating func reserve(_ entries: Int) {
    while next.count < entries {
      next.append(Self.none)
      previous.append(Self.none)
      list.append(Self.unlisted)
    }
  }

  func first(of list: Int) -> Int32? { heads[list] == Self.none ? nil : heads[list] }

  func isEmpty(_ list: Int) -> Bool { heads[list] == Self.none }

  func list(of entry: Int32) -> Int? {
    Int(entry) < list.count && list[Int(entry)] != Self.unlisted ? Int(list[Int(entry)]) : nil
  }

  /// The entries of a list in order, at most so many.
  func entries(of list: Int, first limit: Int = .max) -> [Int32] {
    var (all, entry): ([Int32], Int32) = ([], heads[list])
    while entry != Self.none, all.count < limit {
      all.append(entry)
      entry = next[Int(entry)]
    }
    return all
  }

  mutating func append(_ entry: Int32, to target: Int) {
    reserve(Int(entry) + 1)
    remove(entry)
    let tail = tails[target]
    previous[Int(entry)] = tail
    if tail == Self.none { heads[target] = entry } else { next[Int(tail)] = entry }
    tails[target] = entry
    list[Int(entry)] = UInt16(target)
  }

  /// Takes an entry out of the list that it is in, and says which one that was.
  @discardableResult
  mutating func remove(_ entry: Int32) -> Int? {
    guard let source = list(of: entry) else { return nil }
    let before = previous[Int(entry)]
    let after = next[Int(entry)]
    if before == Self.none { heads[source] = after } else { next[Int(before)] = after }
    if after == Self.none { tails[source] = before } else { previous[Int(after)] = before }
    next[Int(entry)] = Self.none
    previous[Int(entry)] = Self.none
    list[Int(entry)] = Self.unlisted
    return source
  }
}
