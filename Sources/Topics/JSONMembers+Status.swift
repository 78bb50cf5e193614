/// The members of what clients say (contract: In).
extension JSONMembers {
  /// The string `name`, which is required.
  func word(_ name: String) throws(PayloadProblem) -> [UInt8] {
    guard let word = string(name) else { throw .invalid("\(name) is not a string") }
    return word
  }

  /// The object `name` in its shortest form, with its members in one order; `null` clears it, as `{}` does.
  func data(_ name: String) throws(PayloadProblem) -> [UInt8]? {
    guard let value = self[name] else { return names(name) ? Array("{}".utf8) : nil }
    guard value.kind == .object else { throw .invalid("\(name) is not an object") }
    return value.canonical
  }

  /// An epoch, 0 to 2^53 - 1.
  func epoch(_ name: String) throws(PayloadProblem) -> Int64? {
    guard let value = self[name] else { return nil }
    guard let epoch = value.integer, (0..<1 << 53).contains(epoch) else {
      throw .invalid("\(name) is not an integer from 0 to 2^53 - 1")
    }
    return epoch
  }

  /// A number of seconds: 0, or 0.1 to 366 days.
  func seconds(_ name: String) throws(PayloadProblem) -> Duration? {
    guard let value = self[name] else { return nil }
    guard let seconds = value.number else { throw .invalid("\(name) is not a number") }
    guard seconds == 0 || (0.1...31_622_400).contains(seconds) else {
      throw .invalid("\(name) is not 0 or 0.1 to 31622400 seconds")
    }
    return .nanoseconds(Int64((seconds * 1e9).rounded()))
  }

  /// An array of rooms, without repetitions.
  func rooms(_ name: String, max: Int) throws(PayloadProblem) -> [[UInt8]]? {
    guard let value = self[name] else { return nil }
    guard let elements = value.elements else { throw .invalid("\(name) is not an array") }
    var rooms: [[UInt8]] = []
    var seen: Set<[UInt8]> = []
    for element in elements {
      let room = try Self.room(element, name)
      guard seen.insert(room).inserted else { continue }
      if rooms.count == max { throw .limited("\(name) has more than \(max) rooms") }
      rooms.append(room)
    }
    return rooms
  }

  private static func room(
    _ element: JSONElement, _ name: String
  ) throws(PayloadProblem) -> [UInt8] {
    guard let room = element.string else { throw .invalid("\(name) has what is not a string") }
    if let problem = Names.problem(ofRoom: room) {
      throw .invalid("\(name) has a room that is not allowed: \(problem.words)")
    }
    return room
  }
}
