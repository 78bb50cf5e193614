/// A keyed hash by folded multiplication: 64 bits times 64 bits, the halves of the product together.
/// The standard library's `Hasher` took 40 of the 100 ns that a look-up costs, this takes 3; its per-process
/// seed is where the key comes from.
struct NameHash {
  private let key: (UInt64, UInt64, UInt64)

  init() {
    func secret(_ number: Int) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(number)
      return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }
    key = (secret(1), secret(2), secret(3))
  }

  @inline(__always)
  func hash(
    _ words: NameTable.Words, _ name: UnsafeRawBufferPointer, _ scope: Int32
  ) -> UInt64 {
    var hash = Self.fold(words.0 ^ key.0, words.1 ^ key.1)
    let place = UInt64(UInt32(bitPattern: scope)) << 32 | UInt64(name.count)
    hash = Self.fold(hash ^ words.2 ^ key.2, place ^ key.0)
    if name.count > NameTable.inline { hash = tail(hash, name) }
    return Self.fold(hash, key.1)
  }

  private func tail(_ start: UInt64, _ name: UnsafeRawBufferPointer) -> UInt64 {
    var hash = start
    var offset = NameTable.inline
    while offset < name.count {
      var word: UInt64 = 0
      for byte in name[offset..<min(offset + 8, name.count)] { word = word << 8 | UInt64(byte) }
      hash = Self.fold(hash ^ word, key.2)
      offset += 8
    }
    return hash
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
