import Topics

/// Which rooms a person names: one, or several by an MQTT filter such as `building-a/#`.
enum RoomFilter {
  /// What is wrong with a filter; `nil`: nothing.
  static func problem(_ filter: String, wildcards: Bool) -> String? {
    let levels = filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if levels.contains(where: \.isEmpty) { return "no level of a room may be empty" }
    if filter.utf8.count > Names.maxRoomBytes { return TopicProblem.roomTooLong.words }
    for (place, level) in levels.enumerated() {
      let isLast = place == levels.count - 1
      if level.elementsEqual("+".utf8) || (isLast && level.elementsEqual("#".utf8)) {
        if wildcards { continue }
        return "one room only, without + and #"
      }
      if level.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }) {
        return "+ stands for a whole level, # for all that follow"
      }
      if let problem = Names.problem(ofLevel: level) { return problem.words }
    }
    return nil
  }
}

extension ParsedArguments {
  /// The one operand of a command about one room.
  func oneRoom() throws(ProgramError) -> String {
    guard let room = operands.first else { throw .usage("which room?") }
    guard operands.count == 1 else { throw .usage("'\(operands[1])' is one word too many") }
    if let problem = RoomFilter.problem(room, wildcards: false) {
      throw .usage("room '\(printable(room))': \(problem)")
    }
    return room
  }
}
