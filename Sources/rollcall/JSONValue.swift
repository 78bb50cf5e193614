/// Any JSON, for the `data` that clients attach: written out again on one line, with its members
/// in one order and nothing in it that a terminal would act on.
enum JSONValue: Decodable, Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSONValue].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }

  /// The value as JSON, without spaces.
  var json: String {
    switch self {
    case .null: "null"
    case .bool(let bool): String(bool)
    case .integer(let integer): String(integer)
    case .number(let number): "\(number)"
    case .string(let string): jsonString(string)
    case .array(let array): "[" + array.map(\.json).joined(separator: ",") + "]"
    case .object(let members): Self.object(members.sorted { $0.key < $1.key })
    }
  }

  /// An object with its members in the order given.
  static func object(_ members: [(key: String, value: JSONValue)]) -> String {
    "{" + members.map { jsonString($0.key) + ":" + $0.value.json }.joined(separator: ",") + "}"
  }

  /// As a person reads it: an object as `key=value key=value`, text without quotes.
  var words: String {
    switch self {
    case .string(let string): printable(string)
    case .object(let members):
      members.sorted { $0.key < $1.key }.map { printable($0.key) + "=" + $0.value.words }
        .joined(separator: " ")
    default: json
    }
  }
}
