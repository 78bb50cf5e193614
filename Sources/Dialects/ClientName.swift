import Topics

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

  private static let percent = UInt8(ascii: "%")
  private static let colon = UInt8(ascii: ":")
  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func append(
    _ bytes: UnsafeRawBufferPointer, to name: inout [UInt8], alsoEscaping more: (UInt8) -> Bool
  ) {
    name.reserveCapacity(name.count + bytes.count)
    var at = 0
    while at < bytes.count {
      let (count, isAllowed) = Names.character(in: bytes, at: at)
      let isPlain = isAllowed && bytes[at] != percent && !more(bytes[at])
      for byte in bytes[at..<at + count] {
        // A byte from 0x80 on that is a character by itself is no UTF-8.
        if isPlain || (count == 1 && byte >= 0x80) {
          name.append(byte)
        } else {
          name += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
      }
      at += count
    }
  }
}
