/// `rollcall members ROOM`: who is in a room and since when, from its retained snapshot.
struct MembersCommand: Command {
  static let name = "members"
  static let operands = "ROOM"
  static let summary = "Say who is in a room, and since when"
  static let details = """
    Reads the room's retained snapshot and prints a table; with --json one object a line: client,
    user, since, asleep and data as the bridge has them. A room that is not there: status 1. Where the
    snapshot does not list everybody, the bridge is asked for the rest, which takes MQTT 5 and a
    login that may ask; else it is said how many are left out.
    """
  static let flags =
    [Flag("json", help: "One JSON object a member and line"), Flag.timeout] + BrokerAccess.flags

  private let access: BrokerAccess
  private let limit: Duration
  private let json: Bool
  private let room: String

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    room = try arguments.oneRoom()
    access = try BrokerAccess(arguments)
    limit = try arguments.answerLimit()
    json = arguments.contains("json")
  }

  func run() throws(ProgramError) {
    let topics = ["occupancy", "count"].map { "\(access.root)/\($0)/\(room)" }
    let reading = try RetainedReading.read(access, filters: topics, limit: limit)
    reading.warn()
    guard let payload = payload(of: topics[0], in: reading) else {
      throw .failed(missing(count: payload(of: topics[1], in: reading)))
    }
    guard var snapshot = RoomSnapshot(payload) else {
      throw .failed("\(topics[0]) does not hold what a bridge writes there")
    }
    if snapshot.truncated, reading.bridge == .online,
      let all = MemberPages.read(room, access, limit: limit)
    {
      (snapshot.members, snapshot.count, snapshot.truncated) = (all.members, all.count, false)
    }
    show(MemberList(room: RoomName(room), snapshot: snapshot))
  }

  private func show(_ list: MemberList) {
    if json {
      printLines(list.jsonLines)
      if let rest = list.truncation { complain(rest) }
    } else {
      printLines(list.lines(now: WallClock.milliseconds, width: Terminal.window?.columns))
    }
  }

  private func payload(of topic: String, in reading: RetainedReading) -> [UInt8]? {
    reading.messages.last { $0.topic.elementsEqual(topic.utf8) }?.payload
  }

  private func missing(count: [UInt8]?) -> String {
    let name = printable(room)
    guard let count = count.flatMap(roomCount) else { return "no room '\(name)' is known" }
    return
      "room '\(name)' has \(counted(count, "member")), and this login may not read who they are"
  }
}
