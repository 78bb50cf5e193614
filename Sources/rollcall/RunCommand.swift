import Bridge

/// `rollcall run`: the bridge itself.
struct RunCommand: Command {
  static let name = "run"
  static let summary = "Be the bridge: keep rooms, counts and events on retained topics"
  static let details = """
    Connects to the broker and keeps the presence of its clients, until SIGTERM or SIGINT.
    Without a configuration every key has its default.
    """
  static let flags = [
    Flag("config", "c", value: "FILE", help: "The configuration; see rollcall.conf for its keys")
  ]

  private let configuration: Configuration

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    try Self.expectNoOperands(arguments)
    configuration = try arguments["config"].map(readConfiguration) ?? Configuration()
  }

  func run() throws(ProgramError) {
    do throws(RunError) { try runBridge(configuration) } catch {
      if case .configuration(let problems) = error { throw failure(problems) }
      throw error.mayPass ? .failedForNow(error.description) : .failed(error.description)
    }
  }
}
