import Foundation

/// Writes what Foundation's JSON parser made in one form: no blanks, members sorted by the bytes
/// of their names, nothing escaped that need not be. Equal objects give equal bytes.
///
/// `JSONSerialization` could write it too, but takes five times as long, and sorts by a locale.
extension JSONWriter {
  mutating func canonical(_ object: [String: Any]) {
    beginObject()
    let names = object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in names {
      key(name)
      if let value = object[name] { canonical(value: value) }
    }
    endObject()
  }

  private mutating func canonical(value: Any) {
    switch value {
    case let text as String: string(text)
    case let number as NSNumber: canonical(number)
    case let object as [String: Any]: canonical(object)
    case let array as [Any]: canonical(array)
    default: null()
    }
  }

  private mutating func canonical(_ array: [Any]) {
    beginArray()
    for element in array { canonical(value: element) }
    endArray()
  }

  private mutating func canonical(_ number: NSNumber) {
    switch number.jsonKind {
    case .bool: bool(number.boolValue)
    case .integer: integer(number.int64Value)
    case .unsigned: raw(Array(String(number.uint64Value).utf8))
    case .decimal: raw(Array(number.stringValue.utf8))
    case .double: double(number.doubleValue)
    }
  }

  /// The shortest digits that read back as the same double; -0 and 5.0 are 0 and 5.
  private mutating func double(_ value: Double) {
    if let whole = Int64(exactly: value) { return integer(whole) }
    raw(Array("\(value)".utf8))
  }
}

extension NSNumber {
  enum JSONKind { case bool, integer, unsigned, decimal, double }

  /// Which kind of number the JSON parser made. Casts cannot tell: to them 1 is a Bool and true an
  /// Int. Only a Bool is kept as a C `char` (`NSNumber.objCType`), for the parser makes no Int8.
  var jsonKind: JSONKind {
    if self is NSDecimalNumber { return .decimal }
    switch UInt8(bitPattern: objCType.pointee) {
    case UInt8(ascii: "c"): return .bool
    case UInt8(ascii: "Q"): return .unsigned
    case UInt8(ascii: "d"), UInt8(ascii: "f"): return .double
    default: return .integer
    }
  }
}
