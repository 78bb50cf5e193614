/// Names, each kept once and known by a small number from then on.
///
/// The numbers are dense and are reused after ``remove(_:)``, so that they can index flat arrays.
/// A name lives within a scope, another small number: the id `x` of user 3 is not the id `x` of
/// user 4.
///
/// A look-up is what a heartbeat costs, so it is made of two memory accesses: a slot of the hash
/// table, which holds a part of the hash beside the number, and the entry, which holds a name of up to
/// 24 bytes itself. Longer ones stand end to end in one buffer.
///
/// The hash is keyed anew in each process: who chooses names cannot choose collisions. Nothing here
/// iterates in hash order.
package struct NameTable {
  typealias Words = (UInt64, UInt64, UInt64)
  static let inline = MemoryLayout<Words>.size

  /// 32 bytes: it never straddles a cache line's half.
  struct Entry {
    /// The name's bytes, with zeros behind; of a longer one, `0` is its offset in the buffer.
    var words: Words
    /// -1 while the number is free.
    var scope: Int32
    var length: Int32
  }

  private(set) var entries: ContiguousArray<Entry> = []
  private(set) var free: ContiguousArray<Int32> = []
  private(set) var long: ContiguousArray<UInt8> = []
  private var garbage = 0
  /// A slot is 0 when empty, else the upper half of the hash and the number + 1.
  private(set) var slots = ContiguousArray<UInt64>(repeating: 0, count: 16)
  private(set) var count = 0
  let secret = NameHash()

  package init() {}

  /// One above the highest number ever given out.
  var capacity: Int { entries.count }

  /// The number of a name that has none yet.
  package mutating func insert(_ name: UnsafeRawBufferPointer, scope: Int32 = 0) -> Int32 {
    let index = free.popLast() ?? Int32(entries.count)
    insert(name, scope: scope, at: index)
    return index
  }

  /// Gives a free number to a name; used as such only to restore numbers that were kept.
  /// What is skipped becomes free at ``finishRestoring()``.
  mutating func insert(_ name: UnsafeRawBufferPointer, scope: Int32 = 0, at index: Int32) {
    while entries.count <= Int(index) {
      entries.append(Entry(words: (0, 0, 0), scope: -1, length: 0))
    }
    precondition(entries[Int(index)].scope < 0, "the number is taken")
    if (count + 1) * 10 > slots.count * 7 { grow() }
    let key = key(name, scope: scope)
    var words = key.words
    if name.count > Self.inline {
      words.0 = UInt64(long.count)
      long.append(contentsOf: name)
    }
    entries[Int(index)] = Entry(words: words, scope: scope, length: key.length)
    count += 1
    place(index, hash: key.hash)
  }

  /// Frees the numbers that no restored name has taken.
  mutating func finishRestoring() {
    free.removeAll()
    for index in entries.indices.reversed() where entries[index].scope < 0 {
      free.append(Int32(index))
    }
  }

  func isTaken(_ index: Int32) -> Bool {
    index >= 0 && Int(index) < entries.count && entries[Int(index)].scope >= 0
  }

  func scope(of index: Int32) -> Int32 { entries[Int(index)].scope }

  /// Lends the bytes of a name.
  @inline(__always)
  package func withName<Result>(
    _ index: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withNames { try body($0[index]) }
  }

  /// Lends the bytes of all names at once.
  @inline(__always)
  func withNames<Result>(_ body: (LentNames) throws -> Result) rethrows -> Result {
    try long.withUnsafeBytes { long in
      try entries.withUnsafeBytes { try body(LentNames(entries: $0, long: long)) }
    }
  }

  struct LentNames {
    fileprivate let entries: UnsafeRawBufferPointer
    fileprivate let long: UnsafeRawBufferPointer

    subscript(index: Int32) -> UnsafeRawBufferPointer {
      let start = Int(index) * MemoryLayout<Entry>.stride
      let entry = entries.load(fromByteOffset: start, as: Entry.self)
      let length = Int(entry.length)
      guard length > NameTable.inline else {
        return UnsafeRawBufferPointer(rebasing: entries[start..<start + length])
      }
      let offset = Int(entry.words.0)
      return UnsafeRawBufferPointer(rebasing: long[offset..<offset + length])
    }
  }

  package mutating func remove(_ index: Int32) {
    let entry = entries[Int(index)]
    unplace(index, hash: hash(of: index))
    entries[Int(index)].scope = -1
    free.append(index)
    count -= 1
    guard entry.length > Self.inline else { return }
    garbage += Int(entry.length)
    if garbage > 65_536, garbage > long.count / 2 { compact() }
  }
}

extension NameTable {
  private func hash(of index: Int32) -> UInt64 {
    withName(index) { key($0, scope: entries[Int(index)].scope).hash }
  }

  private mutating func place(_ index: Int32, hash: UInt64) {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 { position = (position + 1) & mask }
    slots[position] = (hash >> 32) << 32 | UInt64(index + 1)
  }

  /// Takes a slot out and closes the gap, so that look-ups need no tombstones.
  private mutating func unplace(_ index: Int32, hash: UInt64) {
    let mask = slots.count - 1
    var hole = Int(truncatingIfNeeded: hash) & mask
    while slots[hole] & 0xffff_ffff != UInt64(index + 1) { hole = (hole + 1) & mask }
    var position = (hole + 1) & mask
    while slots[position] != 0 {
      let other = Int32(truncatingIfNeeded: slots[position] & 0xffff_ffff) - 1
      let home = Int(truncatingIfNeeded: self.hash(of: other)) & mask
      if (position &- home) & mask >= (position &- hole) & mask {
        slots[hole] = slots[position]
        hole = position
      }
      position = (position + 1) & mask
    }
    slots[hole] = 0
  }

  private mutating func grow() {
    slots = ContiguousArray(repeating: 0, count: slots.count * 2)
    for index in entries.indices where entries[index].scope >= 0 {
      place(Int32(index), hash: hash(of: Int32(index)))
    }
  }

  /// Moves the long names together once more than half of the buffer belongs to names that are gone.
  private mutating func compact() {
    var moved = ContiguousArray<UInt8>()
    moved.reserveCapacity(long.count - garbage)
    for index in entries.indices
    where entries[index].scope >= 0 && entries[index].length > Self.inline {
      let start = moved.count
      withName(Int32(index)) { moved.append(contentsOf: $0) }
      entries[index].words.0 = UInt64(start)
    }
    long = moved
    garbage = 0
  }
}
