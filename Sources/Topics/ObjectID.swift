/// A name of any bytes as one that Home Assistant takes for an object id: only `a-z`, `A-Z`, `0-9`, `_` and `-`.
///
/// Letters, digits and `-` stand for themselves, every other byte is `_` and two hexadecimal digits, the `_`
/// too: so two names never share an id, and an id tells its name.
public enum ObjectID {
  /// The id of a name; it has up to three times the name's bytes.
  public static func write(_ name: some Sequence<UInt8>) -> [UInt8] {
    var id: [UInt8] = []
    for byte in name {
      if isPlain(byte) {
        id.append(byte)
      } else {
        id += [mark, digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
      }
    }
    return id
  }

  /// The name that an id stands for; nil for what ``write(_:)`` never writes.
  public static func read(_ id: some Sequence<UInt8>) -> [UInt8]? {
    var name: [UInt8] = []
    var rest = id.makeIterator()
    while let byte = rest.next() {
      if byte == mark {
        guard let high = value(rest.next()), let low = value(rest.next()) else { return nil }
        let byte = high << 4 | low
        if isPlain(byte) { return nil }
        name.append(byte)
      } else {
        guard isPlain(byte) else { return nil }
        name.append(byte)
      }
    }
    return name
  }

  private static let mark = UInt8(ascii: "_")
  private static let digits = Array("0123456789abcdef".utf8)

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func value(_ digit: UInt8?) -> UInt8? {
    guard let digit else { return nil }
    return digits.firstIndex(of: digit).map { UInt8($0) }
  }
}
