/// `rollcall watch [ROOM…]`: the rooms as they change.
struct WatchCommand: Command {
  static let name = "watch"
  static let operands = "[ROOM…]"
  static let summary = "Show the rooms live"
  static let details = """
    On a terminal: a table that is redrawn, until q or Ctrl-C. s changes its order (name, count,
    last change), / filters as one types, the arrow keys choose a room and enter shows who is in it.
    Elsewhere: the present state, then a line a change (HH:MM:SS ROOM COUNT +CLIENT
    -CLIENT(REASON)); with --json one object a line.
    ROOM is a room or an MQTT filter such as building-a/#; without one, all rooms. Counts are enough;
    who came and went is shown where the login may read the events.
    """
  static let flags =
    [
      Flag("json", help: "One JSON object a line: type is bridge, count, event, gone, lost…"),
      Flag("lines", help: "Lines, also on a terminal"),
      Flag("for", value: "DURATION", help: "End after so long, with status 0"),
      Flag.timeout,
    ] + BrokerAccess.flags

  private let access: BrokerAccess
  private let filters: [String]
  private let settings: Watcher.Settings
  private let lines: WatchLines?

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    for room in arguments.operands {
      guard let problem = RoomFilter.problem(room, wildcards: true) else { continue }
      throw .usage("room '\(printable(room))': \(problem)")
    }
    let access = try BrokerAccess(arguments)
    let rooms = arguments.operands.isEmpty ? ["#"] : arguments.operands
    filters =
      ["count", "events"].flatMap { kind in rooms.map { "\(access.root)/\(kind)/\($0)" } }
      + ["\(access.root)/bridge/stats"]
    self.access = access
    settings = Watcher.Settings(
      limit: try arguments.duration("for"), connectLimit: try arguments.answerLimit())
    let json = arguments.contains("json")
    lines = json || arguments.contains("lines") ? WatchLines(json: json) : nil
  }

  func run() throws(ProgramError) {
    let view: any WatchView
    if lines == nil, let terminal = Terminal() {
      view = TerminalView(terminal, place: "\(access.root) at \(access.place)")
    } else {
      view = LinesView(lines: lines ?? WatchLines(json: false))
    }
    try Watcher(access, filters: filters, settings: settings, view: view).run()
  }
}
