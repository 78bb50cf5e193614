/// Checks of the containers that the engine is made of, each on its own.

extension NameTable {
  func checkInvariants(_ name: String) throws(BrokenInvariant) {
    var taken = 0
    for index in entries.indices where entries[index].scope >= 0 {
      taken += 1
      let found = withName(Int32(index)) { find($0, scope: entries[index].scope) }
      try hold(found == Int32(index), "\(name): \(index) is not found by its name")
    }
    try hold(taken == count, "\(name): \(taken) names are counted as \(count)")
    let used = slots.count { $0 != 0 }
    try hold(used == count, "\(name): \(used) slots for \(count) names")
    try hold(Set(free).count == free.count, "\(name): a number is free twice")
    try hold(free.count == entries.count - taken, "\(name): a number is lost")
    for index in free { try hold(!isTaken(index), "\(name): \(index) is free and taken") }
  }
}

extension Slab {
  func checkInvariants(
    _ name: String, isFree: (Element) -> Bool
  ) throws(BrokenInvariant) {
    try hold(Set(free).count == free.count, "\(name): a number is free twice")
    for index in free {
      try hold(isFree(items[Int(index)]), "\(name): \(index) is free and in use")
    }
    let blank = items.count { isFree($0) }
    try hold(blank == free.count, "\(name): a number is lost")
  }
}

extension LinkedLists {
  /// Every entry is reached by its list, forwards and backwards, once.
  func checkInvariants(_ name: String) throws(BrokenInvariant) {
    var reached = 0
    for list in heads.indices where heads[list] != Self.none || tails[list] != Self.none {
      var (before, entry) = (Self.none, heads[list])
      while entry != Self.none {
        try hold(self.list(of: entry) == list, "\(name): \(entry) is not where it is linked")
        try hold(previous[Int(entry)] == before, "\(name): \(entry) is linked one way only")
        reached += 1
        try hold(reached <= next.count, "\(name): a list has no end")
        (before, entry) = (entry, next[Int(entry)])
      }
      try hold(tails[list] == before, "\(name): list \(list) ends elsewhere")
    }
    let listed = list.count { $0 != Self.unlisted }
    try hold(listed == reached, "\(name): an entry is in a list that does not reach it")
  }

}

extension LinkedLists {
  /// Which of 64 lists hold anything, as bits.
  fileprivate func occupied(from first: Int) -> UInt64 {
    heads[first..<first + 64].reversed().reduce(0) { $0 << 1 | ($1 == Self.none ? 0 : 1) }
  }
}

extension Timetable {
  func checkInvariants() throws(BrokenInvariant) {
    try lists.checkInvariants("timetable")
    for level in occupied.indices {
      let taken = lists.occupied(from: level * 64)
      try hold(taken == occupied[level], "timetable: level \(level) is marked wrongly")
    }
  }

  /// Whether an entry is looked at no later than at `time`, or is a suspect already.
  func isLooked(at entry: Int32, by time: Instant) -> Bool {
    guard let list = lists.list(of: entry), list != Self.away else { return false }
    if list == Self.suspects { return true }
    return start(ofSlot: list % 64, level: list / 64) <= max(Self.ticks(time), current)
  }

  func contains(_ entry: Int32) -> Bool { lists.list(of: entry) != nil }
}
