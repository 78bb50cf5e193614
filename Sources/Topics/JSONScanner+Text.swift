/// Strings and numbers: where they end, and whether they are any.
extension JSONScanner {
  /// Passes a string up to the quote at its end.
  /// - Returns: whether there are no escapes in it; nil: it is none.
  mutating func passString() -> Bool? {
    var isPlain = true
    passPlain()
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""): return isPlain
      case UInt8(ascii: "\\"):
        let length = JSONEscapes.length(bytes, at: at)
        guard length > 0 else { return nil }
        isPlain = false
        at += length
      case ..<0x20: return nil
      case 0x80...:
        let length = UTF8Check.length(bytes, at: at)
        guard length > 0 else { return nil }
        at += length
      default: passPlain()
      }
    }
    return nil
  }

  /// Passes ASCII that means nothing in a string: eight bytes at a time, as ``Names`` does, then one by one.
  @inline(__always)
  private mutating func passPlain() {
    while at + 8 <= bytes.count,
      Self.isPlain(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    {
      at += 8
    }
    while at < bytes.count, Self.isPlain(bytes[at]) { at += 1 }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let barred =
      EightBytes.below(0x20, word) | EightBytes.equal(UInt8(ascii: "\""), word)
      | EightBytes.equal(UInt8(ascii: "\\"), word)
    return (word | barred) & EightBytes.highs == 0
  }

  /// Passes a number (RFC 8259, section 6) that a Double can come near to: 1e400 is none.
  /// - Returns: whether it is an integer of up to 20 digits; nil: it is none.
  mutating func passNumber() -> Bool? {
    let start = at
    if next == UInt8(ascii: "-") { at += 1 }
    let isZero = next == UInt8(ascii: "0")
    if isZero { at += 1 } else if !passDigits() { return nil }
    let integerEnd = at
    if next == UInt8(ascii: ".") {
      at += 1
      guard passDigits() else { return nil }
    }
    var mayBeLarge = integerEnd - start > 200
    if next | 0x20 == UInt8(ascii: "e") {
      at += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
      let digits = at
      guard passDigits() else { return nil }
      mayBeLarge = mayBeLarge || at - digits > 2
    }
    if mayBeLarge, !JSONNumber(bytes.part(start, at)).isWithinDoubles { return nil }
    // Of zeros, -0 is not spelled as it would be written.
    return at == integerEnd && at - start <= 20 && (!isZero || at == start + 1)
  }

  /// - Returns: whether there was one at least.
  @inline(__always)
  private mutating func passDigits() -> Bool {
    let start = at
    while at < bytes.count, bytes[at].isDigit { at += 1 }
    return at > start
  }
}

extension UInt8 {
  @inline(__always)
  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}
