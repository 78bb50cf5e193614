import Presence

/// What somebody may ask on `query`.
public enum Question: Equatable, Sendable {
  /// A page of a room's members behind a name.
  case members(room: [UInt8], after: MemberName?, limit: Int)
  /// The rooms of a client.
  case roomsOf(client: [UInt8], user: [UInt8]?)
  /// A page of the rooms whose names begin in some way.
  case rooms(prefix: [UInt8], after: [UInt8]?, limit: Int)
  /// A room's counts, from so many seconds ago, in steps of so many seconds.
  case history(room: [UInt8], since: Int64, step: Int64)

  /// How long a page is where nothing is said of it.
  public static let defaultLimit = 100
  /// How many steps an answer has at most.
  public static let maxPoints = 1_500
  private static let tenYears: Int64 = 3_660 * 86_400

  /// The questions, and what each may say.
  static let kinds = [
    "members": ["room", "after", "limit"], "rooms_of": ["client", "user"],
    "rooms": ["prefix", "after", "limit"], "history": ["room", "since", "step"],
  ]

  init(_ members: JSONMembers) throws(PayloadProblem) {
    let names = Self.kinds.keys.filter { members.has($0) }
    guard names.count == 1, let name = names.first else {
      throw .invalid("ask one of members, rooms_of, rooms and history")
    }
    guard let details = members.object(named: name) else {
      throw .invalid("\(name) is not an object")
    }
    try Self.expect(Self.kinds[name] ?? [], in: details, name)
    switch name {
    case "members": self = try .members(details)
    case "rooms_of": self = try .roomsOf(details)
    case "rooms": self = try .rooms(details)
    default: self = try .history(details)
    }
  }

  private static func members(_ details: JSONMembers) throws(PayloadProblem) -> Question {
    var after: MemberName?
    if details.has("after") {
      guard let name = details.object(named: "after") else {
        throw .invalid("after is not an object")
      }
      try expect(["client", "user"], in: name, "after")
      after = MemberName(client: try level("client", of: name), user: try user(of: name))
    }
    return .members(room: try room(of: details), after: after, limit: try limit(of: details))
  }

  private static func roomsOf(_ details: JSONMembers) throws(PayloadProblem) -> Question {
    .roomsOf(client: try level("client", of: details), user: try user(of: details))
  }

  private static func rooms(_ details: JSONMembers) throws(PayloadProblem) -> Question {
    let (prefix, after) = (details.string("prefix"), details.string("after"))
    for (name, value) in [("prefix", prefix), ("after", after)] where details.has(name) {
      guard let value, value.count <= Names.maxRoomBytes else {
        throw .invalid("\(name) is not a string of at most \(Names.maxRoomBytes) bytes")
      }
    }
    return .rooms(prefix: prefix ?? [], after: after, limit: try limit(of: details))
  }

  private static func history(_ details: JSONMembers) throws(PayloadProblem) -> Question {
    let since = try seconds("since", of: details) ?? 3_600
    let step = try seconds("step", of: details) ?? max(1, since / 60)
    guard since / step < maxPoints else {
      throw .limited("more than \(maxPoints) steps: ask for longer ones")
    }
    return .history(room: try room(of: details), since: since, step: step)
  }
}

/// Parts of questions.
extension Question {
  /// A member with a slip in its name would be passed over in silence.
  private static func expect(
    _ names: [String], in details: JSONMembers, _ kind: String
  ) throws(PayloadProblem) {
    guard let stranger = details.stranger(to: names) else { return }
    throw .invalid("\(kind) has no \(stranger): it has \(names.joined(separator: ", "))")
  }

  private static func room(of details: JSONMembers) throws(PayloadProblem) -> [UInt8] {
    guard let room = details.string("room") else { throw .invalid("room is not a string") }
    if let problem = Names.problem(ofRoom: room) { throw .invalid("room: \(problem.words)") }
    return room
  }

  private static func user(of details: JSONMembers) throws(PayloadProblem) -> [UInt8]? {
    details.has("user") ? try level("user", of: details) : nil
  }

  private static func level(
    _ name: String, of details: JSONMembers
  ) throws(PayloadProblem) -> [UInt8] {
    guard let level = details.string(name) else { throw .invalid("\(name) is not a string") }
    if let problem = Names.problem(ofLevel: level) { throw .invalid("\(name): \(problem.words)") }
    return level
  }

  private static func limit(of details: JSONMembers) throws(PayloadProblem) -> Int {
    guard details.has("limit") else { return defaultLimit }
    guard let limit = details.integer("limit"), (1...1_000).contains(limit) else {
      throw .invalid("limit is not an integer from 1 to 1000")
    }
    return Int(limit)
  }

  /// `90s`, `15m`, `24h`, `7d`, or a number of seconds.
  private static func seconds(
    _ name: String, of details: JSONMembers
  ) throws(PayloadProblem) -> Int64? {
    guard details.has(name) else { return nil }
    let seconds = details.string(name).map(Self.seconds) ?? details.integer(name)
    guard let seconds, (1...tenYears).contains(seconds) else {
      throw .invalid("\(name) is not a time from 1s to 3660d, such as 15m")
    }
    return seconds
  }

  private static func seconds(_ text: [UInt8]) -> Int64? {
    let units: [UInt8: Int64] = [
      UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600,
      UInt8(ascii: "d"): 86_400,
    ]
    guard let last = text.last, let unit = units[last] else { return nil }
    let number = text.dropLast().withUnsafeBytes { Payload.count($0) }
    guard let number else { return nil }
    let (seconds, overflow) = Int64(number).multipliedReportingOverflow(by: unit)
    return overflow ? nil : seconds
  }
}
