/// `rollcall rooms`: all rooms and how many are in each, from the retained counts.
struct RoomsCommand: Command {
  static let name = "rooms"
  static let summary = "List the rooms and how many are in each"
  static let details = """
    Reads the retained counts and prints a table, sorted by room; with --json one object a line.
    --long also reads who is where: how many users, how many without a user, since when.
    """
  static let flags =
    [
      Flag("json", help: "One JSON object a line: room, count, with --long also users_count…"),
      Flag("long", "l", help: "Also users, members without one, and the last change"),
      Flag.timeout,
    ] + BrokerAccess.flags

  private let access: BrokerAccess
  private let limit: Duration
  private let json: Bool
  private let long: Bool

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    try Self.expectNoOperands(arguments)
    access = try BrokerAccess(arguments)
    limit = try arguments.answerLimit()
    json = arguments.contains("json")
    long = arguments.contains("long")
  }

  func run() throws(ProgramError) {
    let kinds = long ? ["count", "occupancy"] : ["count"]
    let filters = kinds.map { "\(access.root)/\($0)/#" }
    let reading = try RetainedReading.read(access, filters: filters, limit: limit)
    let list = RoomList(reading.messages, root: access.root)
    // An empty table is an answer only where a bridge stands behind it.
    if list.names.isEmpty, let warning = reading.bridge.warning {
      throw .failed("no room is shown: \(warning)")
    }
    reading.warn()
    if long, list.hasCountsAlone {
      complain(
        "no snapshot is there: users and times are for a login that may read "
          + "\(access.root)/occupancy/#")
    }
    let text =
      json
      ? list.jsonLines
      : list.table(long: long, now: WallClock.milliseconds).lines(width: Terminal.window?.columns)
    printLines(text)
  }
}

extension Flag {
  static let timeout = Flag(
    "timeout", "W", value: "DURATION",
    help: "How long an answer may take (5s); or seconds")
}

extension ParsedArguments {
  /// The value of ``Flag/timeout``; as mosquitto_sub's `-W` it may also be a number of seconds.
  func answerLimit() throws(ProgramError) -> Duration {
    if let seconds = self["timeout"].flatMap({ UInt16($0) }), seconds > 0 {
      return .seconds(seconds)
    }
    return try duration("timeout") ?? .seconds(5)
  }
}
