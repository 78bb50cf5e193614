import Bridge
import Store

/// `rollcall history ROOM`: how many were in a room, and when.
struct HistoryCommand: Command {
  static let name = "history"
  static let operands = "ROOM"
  static let summary = "Say how many were in a room, and when"
  static let details = """
    Reads the bridge's database, which may run meanwhile, and draws on a terminal, or prints a table:
    of each step the least, the mean and the greatest count. Of what the bridge does not know, as it
    was down or cut off, nothing is shown. A room of which nothing is kept: status 1.
    """
  static let flags = [
    Flag(
      "config", "c", value: "FILE", help: "The bridge's configuration, which names the database"),
    Flag("database", value: "FILE", help: "The database itself (rollcall.db)"),
    Flag("since", value: "DURATION", help: "How far back (24h)"),
    Flag("step", value: "DURATION", help: "How long a step is (by what there is room for)"),
    Flag("csv", help: "Comma-separated values: at, min, mean, max; empty where nothing is known"),
    Flag("json", help: "One JSON object a step and line; null where nothing is known"),
  ]

  private static let maxPoints: Int64 = 100_000
  private static let niceSteps: [Int64] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
  ]

  private let room: String
  private let database: String
  /// Whether the command line says which database.
  private let isNamed: Bool
  private let since: Int64
  private let step: Int64?
  private let format: Format

  private enum Format { case person, csv, json }

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    room = try arguments.oneRoom()
    let configuration = try arguments["config"].map(readConfiguration) ?? Configuration()
    database = arguments["database"] ?? configuration.database
    isNamed = arguments.contains("database") || arguments.contains("config")
    guard database != ":memory:" else {
      throw .failed("the database is :memory:, which nobody else can read")
    }
    since = try Self.seconds("since", arguments) ?? 86_400
    step = try Self.seconds("step", arguments)
    guard since / (step ?? since) < Self.maxPoints else {
      throw .usage("more than \(Self.maxPoints) steps: take longer ones")
    }
    guard !arguments.contains("csv") || !arguments.contains("json") else {
      throw .usage("--csv and --json are two forms: take one")
    }
    format = arguments.contains("json") ? .json : arguments.contains("csv") ? .csv : .person
  }

  func run() throws(ProgramError) {
    let size = format == .person ? Terminal.window : nil
    let places = size.map { HistoryChart.places(columns: $0.columns) } ?? 96
    let step = step ?? Self.step(for: since, places: places)
    let (points, last) = try read(step)
    let history = RoomHistory(room: room, since: since, step: step, points: points, last: last)
    switch format {
    case .json: printLines(history.jsonLines)
    case .csv: printLines(history.csvLines)
    case .person:
      let lines = size.map { HistoryChart(history).lines(columns: $0.columns, rows: $0.rows) }
      printLines(lines ?? history.tableLines)
    }
  }

  private func read(_ step: Int64) throws(ProgramError) -> (points: [HistoryPoint], last: Int64?) {
    let isKept: Bool
    do throws(StoreError) {
      let file = try HistoryFile(path: database)
      let history = try file.points(
        of: Array(room.utf8), since: since, step: step, at: WallClock.milliseconds)
      if let history { return (history.points.map(\.plausible), history.last) }
      isKept = try file.isKept()
    } catch { throw .failed(error.description + hint) }
    guard isKept else { throw .failed("\(database): no history is kept in it") }
    throw .failed("no history of a room '\(printable(room))' is kept")
  }

  private var hint: String {
    isNamed ? "" : ": name the bridge's configuration with --config, or the file with --database"
  }

  private static func step(for since: Int64, places: Int) -> Int64 {
    let least = (since + Int64(places) - 1) / Int64(max(1, places))
    return niceSteps.first { $0 >= least } ?? (least + 86_399) / 86_400 * 86_400
  }

  private static func seconds(
    _ name: String, _ arguments: ParsedArguments
  ) throws(ProgramError) -> Int64? {
    guard let duration = try arguments.duration(name) else { return nil }
    guard duration >= .seconds(1) else { throw .usage("--\(name): at least a second") }
    return duration.components.seconds
  }
}
