/// A small reader of JSON, so that the bridge's own is not what its output is judged with.
indirect enum JSON {
  case object([(key: String, value: JSON)])
  case array([JSON])
  case string(String)
  case number(Int64)
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
      if next == UInt8(ascii: "-") { place += 1 }
      while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { place += 1 }
      return Int64(String(decoding: bytes[start..<place], as: UTF8.self)).map { .number($0) }
    }

    /// The names of the simulation need no escapes.
    private mutating func string() -> String? {
      guard skip(UInt8(ascii: "\"")) else { return nil }
      let start = place
      while place < bytes.count, bytes[place] != UInt8(ascii: "\"") { place += 1 }
      defer { place += 1 }
      return place < bytes.count ? String(decoding: bytes[start..<place], as: UTF8.self) : nil
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
