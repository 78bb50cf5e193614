/// What a backslash stands for in a JSON string (RFC 8259, section 7).
enum JSONEscapes {
  /// The bytes of the escape at `at`, of a pair of surrogates those of both; 0: it is none.
  static func length(_ bytes: UnsafeRawBufferPointer, at: Int) -> Int {
    guard at + 1 < bytes.count else { return 0 }
    guard bytes[at + 1] == UInt8(ascii: "u") else {
      return meaning(of: bytes[at + 1]) == nil ? 0 : 2
    }
    guard let unit = unit(bytes, at: at) else { return 0 }
    guard 0xd800...0xdfff ~= unit else { return 6 }
    guard unit < 0xdc00, at + 6 < bytes.count, bytes[at + 6] == UInt8(ascii: "\\"),
      let second = self.unit(bytes, at: at + 6), 0xdc00...0xdfff ~= second
    else { return 0 }
    return 12
  }

  /// Gives the value of a string byte by byte. Its escapes were looked at by ``length(_:at:)`` before.
  @inline(__always)
  static func decode(_ text: UnsafeRawBufferPointer, _ body: (UInt8) -> Void) {
    var at = 0
    while at < text.count {
      if text[at] == UInt8(ascii: "\\") {
        let (scalar, length) = scalar(text, at: at)
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { body(byte) }
        at += length
      } else {
        body(text[at])
        at += 1
      }
    }
  }

  /// What the escape at `at` stands for, and its bytes.
  static func scalar(
    _ text: UnsafeRawBufferPointer, at: Int
  ) -> (scalar: Unicode.Scalar, length: Int) {
    if let meaning = meaning(of: text[at + 1]) { return (Unicode.Scalar(meaning), 2) }
    let unit = unit(text, at: at) ?? 0xfffd
    if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
    let second = self.unit(text, at: at + 6) ?? 0xdc00
    let value = 0x10000 + (unit - 0xd800) << 10 + (second & 0x3ff)
    return (Unicode.Scalar(value) ?? "\u{fffd}", 12)
  }

  private static func meaning(of letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// The UTF-16 unit of the `\uXXXX` at `at`; nil: it is none.
  private static func unit(_ bytes: UnsafeRawBufferPointer, at: Int) -> UInt32? {
    guard at + 6 <= bytes.count, bytes[at + 1] == UInt8(ascii: "u") else { return nil }
    var unit: UInt32 = 0
    for place in at + 2..<at + 6 {
      guard let digit = digit(bytes[place]) else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    if byte.isDigit { return byte - UInt8(ascii: "0") }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
  }
}
