/// Names, each kept once and known by a small number from then on.
///
/// The numbers are dense and are reused after ``remove(_:)``, so that they can index flat arrays.
/// A name lives within a scope, another small number: the id `x` of user 3 is not the id `x` of
/// user 4. The bytes stand end to end in one buffer; a slot of the hash table holds a part of the
/// hash beside the number, so that a look-up touches a name only where it is the right one.
///
/// The hash is the standard library's, seeded anew in each process: who chooses names cannot choose
/// collisions. Nothing here iterates in hash order.
struct NameTable {
  fileprivate struct Entry {
    var offset: UInt32
    /// -1 while the number is free.
    var scope: Int32
    var length: UInt16
  }

  private var entries: ContiguousArray<Entry> = []
  private var free: ContiguousArray<Int32> = []
  private var bytes: ContiguousArray<UInt8> = []
  private var garbage = 0
  /// A slot is 0 when empty, else the upper half of the hash and the number + 1.
  private var slots = ContiguousArray<UInt64>(repeating: 0, count: 16)
  private(set) var count = 0

  /// One above the highest number ever given out.
  var capacity: Int { entries.count }

  /// The number of a name, if it has one.
  @inline(__always)
  func find(_ name: UnsafeRawBufferPointer, scope: Int32 = 0) -> Int32? {
    let hash = Self.hash(name, scope)
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[position]
      if slot == 0 { return nil }
      if slot >> 32 == hash >> 32 {
        let index = Int32(truncatingIfNeeded: slot & 0xffff_ffff) - 1
        if isEqual(index, name, scope) { return index }
      }
      position = (position + 1) & mask
    }
  }

  /// The number of a name that has none yet.
  mutating func insert(_ name: UnsafeRawBufferPointer, scope: Int32 = 0) -> Int32 {
    let index = free.popLast() ?? Int32(entries.count)
    insert(name, scope: scope, at: index)
    return index
  }

  /// Gives a free number to a name; used as such only to restore numbers that were kept.
  /// What is skipped becomes free at ``finishRestoring()``.
  mutating func insert(_ name: UnsafeRawBufferPointer, scope: Int32 = 0, at index: Int32) {
    while entries.count <= Int(index) { entries.append(Entry(offset: 0, scope: -1, length: 0)) }
    precondition(entries[Int(index)].scope < 0, "the number is taken")
    if (count + 1) * 10 > slots.count * 7 { grow() }
    entries[Int(index)] = Entry(
      offset: UInt32(bytes.count), scope: scope, length: UInt16(name.count))
    bytes.append(contentsOf: name)
    count += 1
    place(index, hash: Self.hash(name, scope))
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
  func withName<Result>(
    _ index: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let entry = entries[Int(index)]
    return try bytes.withUnsafeBytes { all in
      let start = Int(entry.offset)
      return try body(UnsafeRawBufferPointer(rebasing: all[start..<start + Int(entry.length)]))
    }
  }

  /// Lends the bytes of all names at once.
  func withNames<Result>(_ body: (LentNames) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { all in
      try entries.withUnsafeBufferPointer { try body(LentNames(entries: $0, bytes: all)) }
    }
  }

  struct LentNames {
    fileprivate let entries: UnsafeBufferPointer<Entry>
    fileprivate let bytes: UnsafeRawBufferPointer

    subscript(index: Int32) -> UnsafeRawBufferPointer {
      let entry = entries[Int(index)]
      let start = Int(entry.offset)
      return UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(entry.length)])
    }
  }

  mutating func remove(_ index: Int32) {
    let entry = entries[Int(index)]
    let hash = withName(index) { Self.hash($0, entry.scope) }
    unplace(index, hash: hash)
    entries[Int(index)].scope = -1
    free.append(index)
    count -= 1
    garbage += Int(entry.length)
    if garbage > 65_536, garbage > bytes.count / 2 { compact() }
  }
}

extension NameTable {
  @inline(__always)
  private static func hash(_ name: UnsafeRawBufferPointer, _ scope: Int32) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(scope)
    hasher.combine(bytes: name)
    // Never zero in its upper half alone decides nothing: the number + 1 keeps a slot from being 0.
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  @inline(__always)
  private func isEqual(_ index: Int32, _ name: UnsafeRawBufferPointer, _ scope: Int32) -> Bool {
    let entry = entries[Int(index)]
    guard entry.scope == scope, Int(entry.length) == name.count else { return false }
    return withName(index) { $0.elementsEqual(name) }
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
      let home = withName(other) {
        Int(truncatingIfNeeded: Self.hash($0, entries[Int(other)].scope)) & mask
      }
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
      let hash = withName(Int32(index)) { Self.hash($0, entries[index].scope) }
      place(Int32(index), hash: hash)
    }
  }

  /// Moves the names together once more than half of the buffer belongs to names that are gone.
  private mutating func compact() {
    var moved = ContiguousArray<UInt8>()
    moved.reserveCapacity(bytes.count - garbage)
    for index in entries.indices where entries[index].scope >= 0 {
      let start = moved.count
      withName(Int32(index)) { moved.append(contentsOf: $0) }
      entries[index].offset = UInt32(start)
    }
    bytes = moved
    garbage = 0
  }
}
