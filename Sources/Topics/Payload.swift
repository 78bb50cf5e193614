import Presence

/// Reads what clients say (contract: In). Words are taken in any case of ASCII, and with blanks, CR and LF around
/// them: `echo online | mosquitto_pub -s` sends a line end.
public enum Payload {
  /// The payload of `WHO/status`.
  /// - Throws: `.limited` over a limit, `.invalid` for all else that the contract does not have.
  public static func status(
    _ bytes: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()
  ) throws(PayloadProblem) -> Status {
    if bytes.count > limits.maxPayload { throw tooLong(limits) }
    let word = bytes.trimmed
    if word.isEmpty { return .forget }
    if word.spells("online") { return .online(Birth()) }
    if word.spells("offline") { return .offline(Death()) }
    return try status(of: members(of: bytes, or: "online, offline"), limits)
  }

  /// The payload of `WHO/rooms/{room}`; empty, or blanks alone, is a leave.
  /// - Throws: as ``status(_:limits:)``.
  public static func room(
    _ bytes: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()
  ) throws(PayloadProblem) -> RoomAction {
    if bytes.count > limits.maxPayload { throw tooLong(limits) }
    let word = bytes.trimmed
    if word.spells("join") { return .join(data: nil) }
    if word.isEmpty || word.spells("leave") { return .leave }
    let members = try members(of: bytes, or: "join, leave")
    let data = try members.data("data")
    let action = try members.word("action")
    if says(action, "join") { return .join(data: data) }
    if says(action, "leave") { return .leave }
    throw .invalid("action is not join or leave")
  }

  /// The payload of `WHO/heartbeat`: anything is one. Only what is a JSON object carries members;
  /// garbage, also garbage that begins with a brace, is a plain heartbeat.
  /// - Throws: `.invalid` for an object's bad `timeout` or `epoch`; `.limited` over a limit.
  public static func heartbeat(
    _ bytes: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()
  ) throws(PayloadProblem) -> Heartbeat {
    if bytes.isEmpty { return Heartbeat() }
    if bytes.count > limits.maxPayload { throw tooLong(limits) }
    guard let members = JSONMembers(bytes) else { return Heartbeat() }
    return Heartbeat(timeout: try members.seconds("timeout"), epoch: try members.epoch("epoch"))
  }

  /// The payload of `$SYS/broker/uptime` in seconds: Mosquitto writes `123 seconds`.
  public static func uptime(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let blank = bytes.firstIndex(of: UInt8(ascii: " "), from: 0) else { return nil }
    return bytes.part(blank, bytes.count).holds(" seconds") ? count(bytes.part(0, blank)) : nil
  }

  /// The payload of `count/{room}`, and of the broker's `dropped`: digits and nothing else.
  public static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 19 else { return nil }
    var value = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if over || more { return nil }
      value = sum
    }
    return value
  }
}

extension Payload {
  private static func members(
    of bytes: UnsafeRawBufferPointer, or words: StaticString
  ) throws(PayloadProblem) -> JSONMembers {
    guard let members = JSONMembers(bytes) else {
      throw .invalid("none of \(words), empty and a JSON object")
    }
    return members
  }

  private static func tooLong(_ limits: PayloadLimits) -> PayloadProblem {
    .limited("the payload is longer than \(limits.maxPayload) bytes")
  }

  private static func says(_ text: [UInt8], _ word: StaticString) -> Bool {
    text.withUnsafeBytes { $0.trimmed.spells(word) }
  }

  /// Every member is checked, also one that an `offline` has no use for.
  private static func status(
    of members: JSONMembers, _ limits: PayloadLimits
  ) throws(PayloadProblem) -> Status {
    let birth = Birth(
      rooms: try members.rooms("rooms", max: limits.maxRooms),
      epoch: try members.epoch("epoch"),
      timeout: try members.seconds("timeout"),
      data: try members.data("data"))
    let state = try members.word("state")
    if says(state, "online") { return .online(birth) }
    if says(state, "offline") { return .offline(Death(epoch: birth.epoch)) }
    throw .invalid("state is not online or offline")
  }
}
