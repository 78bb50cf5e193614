import Foundation

/// The members of a payload that is one JSON object (RFC 8259), read by type.
///
/// Foundation parses; but it guesses at UTF-16 and takes a comma before a closing bracket, so
/// ``JSONStrictness`` looks at the bytes first. Of members with the same name the last counts.
package struct JSONMembers {
  private let members: [String: Any]

  /// Nil: not a JSON object.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard JSONStrictness.allows(bytes), let base = bytes.baseAddress else { return nil }
    let data = Data(
      bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
    guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      return nil
    }
    self.members = members
  }

  package init(members: [String: Any]) { self.members = members }

  /// The string `name`, which is required.
  func word(_ name: String) throws(PayloadProblem) -> String {
    guard let word = members[name] as? String else { throw .invalid("\(name) is not a string") }
    return word
  }

  /// The object `name` in its shortest form, with its members in one order.
  func object(_ name: String) throws(PayloadProblem) -> [UInt8]? {
    guard let value = members[name] else { return nil }
    guard let object = value as? [String: Any] else { throw .invalid("\(name) is not an object") }
    var json = JSONWriter()
    json.canonical(object)
    return json.bytes
  }

  /// The elements of the array `name`; nil: it is not there or is none.
  package func array(_ name: String) -> [Any]? { members[name] as? [Any] }

  /// The integer `name`, exactly; nil: it is not there or is none.
  package func integer(_ name: String) -> Int64? { members[name].flatMap(Self.integer) }

  /// A member that is none of these, the first by its bytes; nil: all are.
  package func stranger(to names: [String]) -> String? {
    members.keys.filter { !names.contains($0) }.min()
  }

  package func has(_ name: String) -> Bool { members[name] != nil }

  package func string(_ name: String) -> [UInt8]? {
    (members[name] as? String).map { Array($0.utf8) }
  }

  /// The number `name`, with its fraction; nil: it is not there or is none.
  package func number(_ name: String) -> Double? {
    guard let number = members[name] as? NSNumber, number.jsonKind != .bool else { return nil }
    return number.doubleValue
  }

  /// The object `name`; nil: it is not there or is none.
  package func object(named name: String) -> JSONMembers? {
    (members[name] as? [String: Any]).map { JSONMembers(members: $0) }
  }

  package func bool(_ name: String) -> Bool? {
    guard let number = members[name] as? NSNumber, number.jsonKind == .bool else { return nil }
    return number.boolValue
  }
}

extension JSONMembers {
  /// An epoch, 0 to 2^53 - 1. JSON has one kind of number: 5.0 and 5e0 are the integer 5.
  func epoch(_ name: String) throws(PayloadProblem) -> Int64? {
    guard let value = members[name] else { return nil }
    guard let epoch = Self.integer(value), (0..<1 << 53).contains(epoch) else {
      throw .invalid("\(name) is not an integer from 0 to 2^53 - 1")
    }
    return epoch
  }

  /// A number of seconds: 0, or 0.1 to 366 days.
  func seconds(_ name: String) throws(PayloadProblem) -> Duration? {
    guard let value = members[name] else { return nil }
    guard let number = value as? NSNumber, number.jsonKind != .bool else {
      throw .invalid("\(name) is not a number")
    }
    let seconds = number.doubleValue
    guard seconds == 0 || (0.1...31_622_400).contains(seconds) else {
      throw .invalid("\(name) is not 0 or 0.1 to 31622400 seconds")
    }
    return .nanoseconds(Int64((seconds * 1e9).rounded()))
  }

  /// An array of rooms, without repetitions.
  func rooms(_ name: String, max: Int) throws(PayloadProblem) -> [[UInt8]]? {
    guard let value = members[name] else { return nil }
    guard let array = value as? [Any] else { throw .invalid("\(name) is not an array") }
    var rooms: [[UInt8]] = []
    var seen: Set<[UInt8]> = []
    for element in array {
      let room = try Self.room(element, name)
      if seen.insert(room).inserted { rooms.append(room) }
    }
    if rooms.count > max { throw .limited("\(name) has more than \(max) rooms") }
    return rooms
  }

  private static func room(_ value: Any, _ name: String) throws(PayloadProblem) -> [UInt8] {
    guard let text = value as? String else { throw .invalid("\(name) has what is not a string") }
    let room = Array(text.utf8)
    if let problem = Names.problem(ofRoom: room) {
      throw .invalid("\(name) has a room that is not allowed: \(problem.words)")
    }
    return room
  }

  private static func integer(_ value: Any) -> Int64? {
    guard let number = value as? NSNumber, number.jsonKind != .bool else { return nil }
    let exact = number.int64Value
    if number == NSNumber(value: exact) { return exact }
    return Int64(exactly: number.doubleValue)
  }
}
