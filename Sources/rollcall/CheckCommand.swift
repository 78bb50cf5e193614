import Bridge

/// `rollcall check`: whether a configuration would do, before anything depends on it.
struct CheckCommand: Command {
  static let name = "check"
  static let summary = "Say everything that is wrong with a configuration"
  static let details = """
    Prints every problem as FILE:LINE: what is wrong and what would be right, and ends with
    status 1 when there is one. Connects to nothing and writes nothing.
    """
  static let flags = [
    Flag("config", "c", value: "FILE", help: "The configuration; without it, the defaults")
  ]

  private let file: String?

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    try Self.expectNoOperands(arguments)
    file = arguments["config"]
  }

  func run() throws(ProgramError) {
    let configuration = try file.map(readConfiguration) ?? Configuration()
    let problems = configuration.validateFiles()
    guard problems.isEmpty else { throw failure(problems) }
    _ = printLine(
      "\(file ?? "defaults"): good: root \(configuration.root) on \(configuration.broker), "
        + "database \(configuration.database)")
  }
}
