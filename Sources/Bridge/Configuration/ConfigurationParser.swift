/// Turns lines into a configuration, and collects everything that is wrong on the way.
struct ConfigurationParser {
  private(set) var configuration = Configuration()
  private(set) var problems: [ConfigurationProblem]
  /// Keys whose value was refused: they say nothing about their relations to others.
  private var refused: Set<String> = []
  private var blocks = SourceBlocks()

  init(_ bytes: [UInt8], file: String) {
    let lexer = ConfigurationLexer(bytes, file: file)
    problems = lexer.problems
    configuration.origin.file = file
    for line in lexer.lines { read(line) }
    if !configuration.origin.isWritten("client_id") {
      configuration.clientID = Configuration.defaultClientID(root: configuration.root)
    }
    problems += ConfigurationRelations.settle(&configuration, without: refused)
    takeBlocks()
  }

  private mutating func takeBlocks() {
    configuration.sources = blocks.sources
    configuration.assignments = blocks.assignments
    checkAssignments()
    let reserved = configuration.reservedFilters
    for problem in blocks.problems(reserved: reserved, rules: configuration.sourceRules) {
      problems.append(
        ConfigurationProblem(
          file: configuration.origin.file, line: problem.line, message: problem.message))
    }
  }

  /// The bridge would take no birth of such a client.
  private mutating func checkAssignments() {
    for assignment in blocks.assignments
    where assignment.rooms.count > configuration.maxRoomsPerClient {
      problems.append(
        ConfigurationProblem(
          file: configuration.origin.file, line: assignment.line,
          message: "assign \(assignment.client) has \(assignment.rooms.count) rooms, more than "
            + "max_rooms_per_client \(configuration.maxRoomsPerClient): write fewer, or a greater "
            + "max_rooms_per_client"))
    }
  }

  private mutating func read(_ line: ConfigurationLexer.Line) {
    let (isTaken, problem) = blocks.take(line)
    if let problem { report(line, problem) }
    guard !isTaken else { return }
    guard let key = ConfigurationKey.named(line.key) else {
      return report(line, Self.unknown(line.key))
    }
    if let first = configuration.origin.lines[key.name] {
      return report(
        line, "\(key.name) is given twice, first on line \(first): keep one of the two lines")
    }
    configuration.origin.lines[key.name] = line.number
    guard !line.value.isEmpty else {
      refused.insert(key.name)
      return report(line, "\(key.name) has no value: write \(key.expected)")
    }
    do throws(BadValue) {
      try key.set(&configuration, line.value)
    } catch {
      refused.insert(key.name)
      report(line, key.message(line.value, error))
    }
  }

  private mutating func report(_ line: ConfigurationLexer.Line, _ message: String) {
    problems.append(
      ConfigurationProblem(file: configuration.origin.file, line: line.number, message: message))
  }

  private static func unknown(_ word: String) -> String {
    let names = ConfigurationKey.all.map(\.name) + ["source", "assign"]
    if let nearest = ConfigurationSuggestion.nearest(
      to: word, among: names + SourceKey.all.map(\.name))
    {
      return "unknown key '\(word)': did you mean '\(nearest)'?"
    }
    return "unknown key '\(word.prefix(80))': the keys are \(names.joined(separator: ", "))"
  }
}

extension Configuration {
  /// Reads a configuration from text in mosquitto.conf's style; `file` is its name in problems.
  ///
  /// - Throws: every problem at once.
  public static func parse(
    _ text: some Sequence<UInt8>, file: String
  ) throws(ConfigurationProblems) -> Configuration {
    let parser = ConfigurationParser(Array(text), file: file)
    guard parser.problems.isEmpty else { throw ConfigurationProblems(parser.problems) }
    return parser.configuration
  }

  /// The same, of a string.
  public static func parse(
    _ text: String, file: String
  ) throws(ConfigurationProblems) -> Configuration { try parse(text.utf8, file: file) }
}
