import Dialects
import Topics

/// The part of a configuration that has an order: `source` blocks, and `assign` lines among them.
struct SourceBlocks {
  private(set) var sources: [Source] = []
  private(set) var assignments: [Assignment] = []
  /// Blocks with a line that was refused: what they lack or say otherwise counts for nothing.
  private var refused: Set<Int> = []
  /// By key, the line in the present block.
  private var lines: [String: Int] = [:]

  typealias Line = ConfigurationLexer.Line

  var isInBlock: Bool { !sources.isEmpty }

  /// Takes a line that may belong here.
  ///
  /// - Returns: what is wrong with it; `nil`: nothing, if `isTaken`.
  mutating func take(_ line: Line) -> (isTaken: Bool, problem: String?) {
    switch line.key {
    case "source": return (true, begin(line))
    case "assign": return (true, assign(line))
    default: break
    }
    if let key = SourceKey.named(line.key) { return (true, set(key, line)) }
    guard isInBlock, ConfigurationKey.named(line.key) != nil else { return (false, nil) }
    return (
      true,
      "\(line.key) is a key of the whole bridge, and the block of a source began on line "
        + "\(sources[sources.count - 1].line): write it before the first source"
    )
  }

  /// What is wrong with the sources together.
  func problems(reserved: [String], rules: SourceRules) -> [SourceProblems.Problem] {
    SourceProblems.find(
      in: sources.filter { !refused.contains($0.line) }, reserved: reserved, rules: rules)
  }

  private mutating func begin(_ line: Line) -> String? {
    lines = [:]
    let words = Words.of(line.value)
    let isCustom = words.first == "custom"
    var source = Source(name: words.last ?? "", namespace: words.last ?? "")
    source.isCustom = isCustom
    source.line = line.number
    sources.append(source)
    let problem = problem(ofSource: words, isCustom: isCustom)
    if problem != nil { refused.insert(line.number) }
    return problem
  }

  private func problem(ofSource words: [String], isCustom: Bool) -> String? {
    let known = Presets.names.joined(separator: ", ")
    let right = "write one of \(known.isEmpty ? "" : known + ", or ")custom NAME"
    guard let first = words.first else { return "source has no value: \(right)" }
    guard isCustom else {
      return words.count == 1
        ? slip(first)
        : "source '\(words.joined(separator: " ").prefix(80))' is more than a word: \(right)"
    }
    guard words.count == 2 else { return "source \(first) has not one name: write custom NAME" }
    do throws(BadValue) { try SourceKey.checkNamespace(words[1]) } catch {
      return "source custom '\(words[1].prefix(80))' \(error.fault): write a name such as doors"
    }
    return nil
  }

  /// Names the system that was meant; one that is like none is told all of them, by ``SourceProblems``.
  private func slip(_ name: String) -> String? {
    guard !Presets.names.contains(name),
      let nearest = ConfigurationSuggestion.nearest(to: name, among: Presets.names)
    else { return nil }
    return "unknown source '\(name)': did you mean '\(nearest)'?"
  }

  private mutating func set(_ key: SourceKey, _ line: Line) -> String? {
    guard isInBlock else {
      return "\(key.name) belongs to a source: write it behind a line 'source NAME'"
    }
    let last = sources.count - 1
    let problem = fault(of: key, line, in: &sources[last])
    if key.name == "room", problem == nil { sources[last].roomLine = line.number }
    if problem != nil { refused.insert(sources[last].line) }
    lines[key.name] = lines[key.name] ?? line.number
    return problem
  }

  private func fault(of key: SourceKey, _ line: Line, in source: inout Source) -> String? {
    if let first = lines[key.name] {
      return "\(key.name) is given twice in this source, first on line \(first): keep one of the "
        + "two lines"
    }
    if !key.presets.isEmpty, source.isCustom || !key.presets.contains(source.name) {
      return "\(key.name) is for source \(key.presets.joined(separator: ", ")) alone: leave it out"
    }
    guard source.isCustom ? key.isForCustom : key.isForPresets else {
      return source.isCustom
        ? "\(key.name) is for presets: status and heartbeat of a custom source are whole topics"
        : "\(key.name) is for a custom source: write it behind a line 'source custom NAME'"
    }
    guard !line.value.isEmpty else { return "\(key.name) has no value: write \(key.expected)" }
    do throws(BadValue) { try key.set(&source, line.value) } catch {
      return key.message(line.value, error)
    }
    return nil
  }

  private mutating func assign(_ line: Line) -> String? {
    let words = Words.of(line.value)
    guard let client = words.first, words.count > 1 else {
      return "assign has not a client and a room: write assign CLIENT ROOM [ROOM…]"
    }
    if let problem = Names.problem(ofLevel: client.utf8) {
      return "assign '\(client.prefix(80))': \(problem.words): write the client as a snapshot "
        + "shows it, e.g. tasmota:plug-7"
    }
    for room in words.dropFirst() {
      guard let problem = Names.problem(ofRoom: room.utf8) else { continue }
      return "assign \(client): the room '\(room.prefix(80))': \(problem.words): write a room "
        + "such as building-a/lab"
    }
    if let first = assignments.first(where: { $0.client == client }) {
      return "\(client) is assigned twice, first on line \(first.line): write all of its rooms on "
        + "one line"
    }
    var rooms: [String] = []
    for room in words.dropFirst() where !rooms.contains(room) { rooms.append(room) }
    assignments.append(Assignment(client: client, rooms: rooms, line: line.number))
    return nil
  }
}
