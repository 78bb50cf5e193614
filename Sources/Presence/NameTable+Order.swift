/// The order of names: by their bytes.
extension NameTable {
  /// A name's first 24 bytes as numbers that are ordered as the bytes are. Names hold no NUL, so that the zeros
  /// behind a short one put it before those that it begins.
  struct SortKey: Comparable {
    private let words: Words

    fileprivate init(_ words: Words) {
      self.words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian)
    }

    @inline(__always)
    static func == (left: SortKey, right: SortKey) -> Bool { left.words == right.words }

    @inline(__always)
    static func < (left: SortKey, right: SortKey) -> Bool { left.words < right.words }
  }

  @inline(__always)
  func sortKey(_ index: Int32) -> SortKey {
    let entry = entries[Int(index)]
    if entry.length <= Self.inline { return SortKey(entry.words) }
    return withName(index) { name in
      SortKey(key(name, scope: 0).words)
    }
  }

  /// Below 0 where the first of two names comes first, 0 where they are equal. The scope does not count.
  func compare(_ left: Int32, _ right: Int32) -> Int {
    let (a, b) = (entries[Int(left)], entries[Int(right)])
    if a.length <= Self.inline, b.length <= Self.inline {
      let (keyA, keyB) = (SortKey(a.words), SortKey(b.words))
      return keyA == keyB ? 0 : keyA < keyB ? -1 : 1
    }
    return withName(left) { a in withName(right) { Self.compare(a, $0) } }
  }

  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    for position in 0..<min(a.count, b.count) where a[position] != b[position] {
      return Int(a[position]) - Int(b[position])
    }
    return a.count - b.count
  }
}
