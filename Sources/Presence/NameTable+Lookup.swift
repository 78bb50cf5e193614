/// How a name is found: one at a time, or many in one go.
extension NameTable {
  /// A name as it is looked up; of one that is longer than 24 bytes its first 24 and its hash.
  struct Key {
    var words: Words
    var hash: UInt64
    var scope: Int32
    var length: Int32
  }

  @inline(__always)
  func key(_ name: UnsafeRawBufferPointer, scope: Int32) -> Key {
    var words: Words = (0, 0, 0)
    withUnsafeMutableBytes(of: &words) {
      $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: name.prefix(Self.inline)))
    }
    return Key(
      words: words, hash: secret.hash(words, name, scope), scope: scope,
      length: Int32(name.count))
  }

  /// The number of a name, if it has one.
  @inline(__always)
  package func find(_ name: UnsafeRawBufferPointer, scope: Int32 = 0) -> Int32? {
    find(key(name, scope: scope), name)
  }

  @inline(__always)
  private func find(_ key: Key, _ name: UnsafeRawBufferPointer?) -> Int32? {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: key.hash) & mask
    while true {
      let slot = slots[position]
      if slot == 0 { return nil }
      if slot >> 32 == key.hash >> 32 {
        let index = Int32(truncatingIfNeeded: slot & 0xffff_ffff) - 1
        if isEqual(entries[Int(index)], key, name) { return index }
      }
      position = (position + 1) & mask
    }
  }

  @inline(__always)
  private func isEqual(_ entry: Entry, _ key: Key, _ name: UnsafeRawBufferPointer?) -> Bool {
    guard entry.scope == key.scope, entry.length == key.length else { return false }
    guard let name, name.count > Self.inline else { return entry.words == key.words }
    let start = Int(entry.words.0)
    return long[start..<start + name.count].elementsEqual(name)
  }

  /// The numbers of many names of at most 24 bytes, `-1` for one that has none.
  ///
  /// Two passes only touch what the third one needs, the slots and then the entries, so that their loads
  /// are under way at the same time and not one after the other.
  func find(_ keys: ContiguousArray<Key>, into places: inout ContiguousArray<Int32>) {
    let mask = slots.count - 1
    for number in keys.indices {
      places[number] = Int32(
        truncatingIfNeeded: slots[Int(truncatingIfNeeded: keys[number].hash) & mask])
    }
    var touched: Int32 = 0
    for number in keys.indices where places[number] != 0 {
      touched &+= entries[Int(places[number]) - 1].length
    }
    places[0] = touched
    for number in keys.indices { places[number] = find(keys[number], nil) ?? -1 }
  }
}
