/// Names of clients that other systems choose, as one level of a topic.
///
/// What a level cannot hold is percent-encoded, and the per cent sign with it, so that two names never become
/// one and each can be read back. Bytes that are no UTF-8 stay as they are: the translator refuses those.
enum ClientName {
  /// A client of several levels, `building/floor/lamp`, as `building:floor:lamp`; a colon within a level is `%3A`.
  static func joined(_ levels: [UnsafeRawBufferPointer]) -> [UInt8] {
    var name: [UInt8] = []
    for (number, level) in levels.enumerated() {
      if number > 0 { name.append(colon) }
      append(level, to: &name) { $0 == colon }
    }
    return name
  }

  /// A client id as a broker tells it, where any character is allowed: `a/b` as `a%2Fb`.
  static func escaped(_ id: UnsafeRawBufferPointer) -> [UInt8] {
    var name: [UInt8] = []
    append(id, to: &name) { _ in false }
    return name
  }

  private static let colon = UInt8(ascii: ":")
  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func append(
    _ bytes: UnsafeRawBufferPointer, to name: inout [UInt8], alsoEscaping more: (UInt8) -> Bool
  ) {
    name.reserveCapacity(name.count + bytes.count)
    for at in bytes.indices {
      if isBarred(bytes, at) || more(bytes[at]) {
        name += [UInt8(ascii: "%"), digits[Int(bytes[at] >> 4)], digits[Int(bytes[at] & 15)]]
      } else {
        name.append(bytes[at])
      }
    }
  }

  /// Whether a level may not hold the byte, or the encoding needs it for itself.
  private static func isBarred(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    switch bytes[at] {
    case 0..<0x20, 0x7f, UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "#"), UInt8(ascii: "%"):
      true
    // U+0080 to U+009F are two bytes, of which either tells on the other: both are encoded.
    case 0xc2: at + 1 < bytes.count && isC1(bytes[at + 1])
    case 0x80..<0xa0: at > 0 && bytes[at - 1] == 0xc2
    default: false
    }
  }

  private static func isC1(_ byte: UInt8) -> Bool { (0x80..<0xa0).contains(byte) }
}
