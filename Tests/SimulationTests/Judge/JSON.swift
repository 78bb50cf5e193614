/// A small reader of JSON, so that the bridge's own is not what its output is judged with. Of a string it gives the
/// bytes, those beyond ASCII as `%XX`: names are compared as bytes, and `String` compares otherwise.
indirect enum JSON {
  case object([(key: String, value: JSON)])
  case array([JSON])
  case string(String)
  case number(Int64)
  /// A number that is no `Int64`, as it is written.
  case real(String)
  case bool(Bool)
  case null

  static func read(_ bytes: [UInt8]) -> JSON? {
    var reader = Reader(bytes: bytes)
    guard let value = reader.value(), reader.isAtEnd else { return nil }
    return value
  }

  subscript(_ key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var integer: Int64? { if case .number(let value) = self { value } else { nil } }
  var text: String? { if case .string(let value) = self { value } else { nil } }
  var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }

  static func escaped(_ text: String) -> String { escaped(Array(text.utf8)) }

  static func escaped(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF")
    var text = ""
    for byte in bytes {
      if byte < 128, byte != UInt8(ascii: "%") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return text
  }

  /// What ``escaped(_:)-([UInt8])`` was given.
  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), rest.count >= 2 else {
        bytes.append(byte)
        continue
      }
      bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    var isAtEnd: Bool { place == bytes.count }
    private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

    private mutating func skip(_ byte: UInt8) -> Bool {
      guard next == byte else { return false }
      place += 1
      return true
    }

    mutating func value() -> JSON? {
      switch next {
      case UInt8(ascii: "{"): return object()
      case UInt8(ascii: "["): return array()
      case UInt8(ascii: "\""): return string().map { .string($0) }
      case UInt8(ascii: "t"): return word("true", .bool(true))
      case UInt8(ascii: "f"): return word("false", .bool(false))
      case UInt8(ascii: "n"): return word("null", .null)
      default: return number()
      }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) -> JSON? {
      place += word.utf8CodeUnitCount
      return place <= bytes.count ? value : nil
    }

    private mutating func number() -> JSON? {
      let start = place
      while "+-.0123456789Ee".utf8.contains(next) { place += 1 }
      if start == place { return nil }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      return Int64(text).map { .number($0) } ?? .real(text)
    }

    private mutating func string() -> String? {
      guard skip(UInt8(ascii: "\"")) else { return nil }
      var text: [UInt8] = []
      while place < bytes.count, next != UInt8(ascii: "\"") {
        if skip(UInt8(ascii: "\\")) { text += unescaped() } else { text.append(next) }
        place += 1
      }
      defer { place += 1 }
      return place < bytes.count ? JSON.escaped(text) : nil
    }

    /// What stands behind a backslash; the place is then at its last byte. Of `\u` the digits stay.
    private func unescaped() -> [UInt8] {
      switch next {
      case UInt8(ascii: "n"): [10]
      case UInt8(ascii: "t"): [9]
      case UInt8(ascii: "r"): [13]
      case UInt8(ascii: "b"): [8]
      case UInt8(ascii: "f"): [12]
      default: [next]
      }
    }

    private mutating func array() -> JSON? {
      place += 1
      var items: [JSON] = []
      if skip(UInt8(ascii: "]")) { return .array(items) }
      repeat {
        guard let item = value() else { return nil }
        items.append(item)
      } while skip(UInt8(ascii: ","))
      return skip(UInt8(ascii: "]")) ? .array(items) : nil
    }

    private mutating func object() -> JSON? {
      place += 1
      var members: [(key: String, value: JSON)] = []
      if skip(UInt8(ascii: "}")) { return .object(members) }
      repeat {
        guard let key = string(), skip(UInt8(ascii: ":")), let value = value() else { return nil }
        members.append((key, value))
      } while skip(UInt8(ascii: ","))
      return skip(UInt8(ascii: "}")) ? .object(members) : nil
    }
  }
}
