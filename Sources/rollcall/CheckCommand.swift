import Bridge

/// `rollcall check`: whether a configuration would do, before anything depends on it.
struct CheckCommand: Command {
  static let name = "check"
  static let operands = "[PAYLOAD]"
  static let summary = "Say what is wrong with a configuration, or what a message would do"
  static let details = """
    Prints every problem as FILE:LINE: what is wrong and what would be right, and ends with
    status 1 when there is one. Connects to nothing and writes nothing. Where there are sources, it
    prints what their topics need in Mosquitto's acl_file.

    With --explain: what a message on this topic, with this payload or an empty one, would do to a
    bridge with this configuration that knows no client yet.
    """
  static let flags = [
    Flag("config", "c", value: "FILE", help: "The configuration; without it, the defaults"),
    Flag("explain", "e", value: "TOPIC", help: "Say what a message would do"),
  ]

  private let file: String?
  private let topic: String?
  private let payload: String?

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    file = arguments["config"]
    topic = arguments["explain"]
    payload = arguments.operands.first
    if let topic, topic.contains(where: { "+#".contains($0) }) {
      throw .usage(
        "--explain '\(printable(topic))': a filter; a message has a topic without + and #")
    }
    if topic == nil { try Self.expectNoOperands(arguments) }
    guard arguments.operands.count < 2 else {
      throw .usage("'\(arguments.operands[1])' is one word too many: put the payload in quotes")
    }
  }

  func run() throws(ProgramError) {
    let configuration = try file.map(readConfiguration) ?? Configuration()
    if let topic {
      let explanation = Explanation(topic: topic, payload: payload ?? "", configuration)
      printLines(explanation.lines)
      return
    }
    let problems = configuration.validateFiles()
    guard problems.isEmpty else { throw failure(problems) }
    printLine(
      "\(file ?? "defaults"): good: root \(configuration.root) on \(configuration.broker), "
        + "database \(configuration.database)\(sources(configuration))")
    tellRights(configuration)
  }

  /// What `broker-config/acl` cannot have: it depends on the sources.
  private func tellRights(_ configuration: Configuration) {
    let filters = configuration.sourceFilters
    guard !filters.isEmpty else { return }
    printLine("the sources' topics, as the broker's ACL has to allow them to the bridge's login:")
    printLines(filters.map { "topic read \($0)" })
  }

  private func sources(_ configuration: Configuration) -> String {
    let names = configuration.sources.map(\.name)
    guard !names.isEmpty else { return "" }
    return ", sources " + names.joined(separator: ", ")
  }
}
