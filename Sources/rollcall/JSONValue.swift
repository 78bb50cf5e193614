import Topics

/// Any JSON, for the `data` that clients attach: written out again on one line, with its members
/// in one order and nothing in it that a terminal would act on.
enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As it is spelled.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  init(_ element: JSONElement) {
    if let bool = element.bool {
      self = .bool(bool)
    } else if let number = element.numberText {
      self = .number(number)
    } else if let string = element.text {
      self = .string(string)
    } else if let elements = element.elements {
      self = .array(elements.map { JSONValue($0) })
    } else if let members = element.members {
      self = .object(Self.inOrder(members))
    } else {
      self = .null
    }
  }

  /// By the bytes of the names; of equal names the last.
  private static func inOrder(_ members: JSONMembers) -> [JSONMember] {
    var values: [[UInt8]: JSONValue] = [:]
    for (name, element) in members.all { values[name] = JSONValue(element) }
    return values.map { JSONMember(name: $0, value: $1) }
      .sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// The value as JSON, without spaces.
  var json: String {
    switch self {
    case .null: "null"
    case .bool(let bool): String(bool)
    case .number(let number): number
    case .string(let string): jsonString(string)
    case .array(let array): "[" + array.map(\.json).joined(separator: ",") + "]"
    case .object(let members): Self.object(members.map { ($0.text, $0.value) })
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
      members.map { printable($0.text) + "=" + $0.value.words }.joined(separator: " ")
    default: json
    }
  }
}

/// A member of ``JSONValue/object(_:)``. Names are bytes: two that only Unicode takes for equal are two.
struct JSONMember: Equatable, Sendable {
  var name: [UInt8]
  var value: JSONValue

  var text: String { String(decoding: name, as: UTF8.self) }
}
