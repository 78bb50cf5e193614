/// What is wrong with sources, beyond what is wrong with a line of theirs.
public struct SourceProblems {
  public struct Problem: Equatable, Sendable {
    /// Where the source's block begins, or the line of it that is wrong.
    public var line: Int
    public var message: String
  }

  private struct Topic {
    var pattern: TopicPattern
    var text: String
  }

  private var found: [Problem] = []

  /// - Parameter reserved: filters of topics that the bridge itself reads or writes.
  public static func find(
    in sources: [Source], reserved: [String], rules: SourceRules = SourceRules()
  ) -> [Problem] {
    var problems = SourceProblems()
    let known = sources.filter { problems.checkKind($0) }
    problems.checkNamespaces(known)
    let topics = known.map { problems.topics(of: $0, rules) }
    for (number, source) in known.enumerated() {
      problems.checkRoom(source, topics[number], rules)
      problems.checkReserved(source, topics[number], reserved)
      for earlier in 0..<number {
        problems.checkOverlap(source, topics[number], known[earlier], topics[earlier])
      }
    }
    return problems.found
  }

  private mutating func report(_ source: Source, at line: Int? = nil, _ message: String) {
    found.append(Problem(line: line ?? source.line, message: message))
  }

  private mutating func checkKind(_ source: Source) -> Bool {
    if source.isCustom {
      guard source.custom.status == nil, source.custom.heartbeat == nil else { return true }
      report(
        source,
        "source custom \(source.name) has neither status nor heartbeat: write status TOPIC, with "
          + "{client} in it")
      return false
    }
    guard !Presets.names.contains(source.name) else { return true }
    let known = (Presets.names + ["custom NAME"]).joined(separator: ", ")
    report(source, "unknown source '\(source.name.prefix(80))': write one of \(known)")
    return false
  }

  private mutating func checkNamespaces(_ sources: [Source]) {
    for (number, source) in sources.enumerated() {
      let first = sources[..<number].first { $0.namespace == source.namespace }
      guard let first else { continue }
      report(
        source,
        "source \(source.name) has the namespace '\(source.namespace)' of the source on line "
          + "\(first.line): write namespace with another name")
    }
  }

  private mutating func topics(of source: Source, _ rules: SourceRules) -> [Topic] {
    let texts = Presets.make(source, rules)?.topics.map(\.pattern) ?? []
    let topics = texts.compactMap { text in
      (try? TopicPattern(text)).map { Topic(pattern: $0, text: text) }
    }
    if source.isCustom, topics.count == 2 { checkPair(source, topics[0], topics[1]) }
    if source.isCustom { checkWords(source) }
    return topics
  }

  /// A word that means two things would only ever mean the first.
  private mutating func checkWords(_ source: Source) {
    let custom = source.custom
    let online = custom.online.isEmpty ? ["online"] : custom.online
    let offline = custom.offline.isEmpty ? ["offline"] : custom.offline
    let words = [online, offline, custom.sleeping]
    let folded = words.map { $0.map(CustomDialect.folded) }
    let twice = words.joined().first { word in
      folded.count { $0.contains(CustomDialect.folded(word)) } > 1
    }
    guard let word = twice else { return }
    report(
      source,
      "source custom \(source.name) has the word '\(word.prefix(80))' in two of online, offline and "
        + "sleeping: write it in one of them")
  }

  private mutating func checkPair(_ source: Source, _ status: Topic, _ heartbeat: Topic) {
    if status.pattern.filter == heartbeat.pattern.filter {
      report(
        source,
        "status and heartbeat of source custom \(source.name) are one topic: leave heartbeat out")
    } else if status.pattern.names.contains("user") != heartbeat.pattern.names.contains("user") {
      report(
        source,
        "only one of status and heartbeat of source custom \(source.name) has {user} in it, so that "
          + "they would be of different clients: write it in both or in neither")
    }
  }

  private mutating func checkRoom(_ source: Source, _ topics: [Topic], _ rules: SourceRules) {
    guard let text = source.room,
      let first = topics.first(where: { !$0.pattern.names.isEmpty }) ?? topics.first,
      let template = try? RoomTemplate(text), let dialect = Presets.make(source, rules)
    else { return }
    // A preset says which levels count by its own room; a custom source's rooms come with its first topic.
    let levels = source.isCustom ? first.pattern.names : topics.flatMap(\.pattern.names)
    let own = (try? RoomTemplate(dialect.defaults.room).names) ?? []
    let user = Presets.withUsers.contains(source.name) && !source.isCustom ? ["user"] : []
    let known = Set(levels + own + ["client"] + user)
    for name in template.names where !known.contains(name) {
      let names = known.sorted().map { "{\($0)}" }.joined(separator: ", ")
      report(
        source, at: source.roomLine,
        "room '\(text.prefix(80))' of source \(source.name) names {\(name)}, which "
          + "\(first.text) does not have: write a room with none but \(names)")
    }
  }

  /// A topic that begins with a name is no problem: the reader keeps it from the bridge's own.
  private mutating func checkReserved(_ source: Source, _ topics: [Topic], _ reserved: [String]) {
    for filter in reserved {
      guard let pattern = try? TopicPattern(filter: filter),
        let topic = topics.first(where: {
          $0.pattern.beginsWithLiteral && $0.pattern.overlaps(pattern)
        })
      else { continue }
      report(
        source,
        "source \(source.name) would read \(topic.text), and so would the bridge itself, as "
          + "\(filter): write another topic or prefix, or another root")
    }
  }

  /// Between presets it is none either: of `owntracks/{user}/{client}` and Shelly's `{client}/events/rpc` the one that
  /// begins with a literal is read, and no Shelly is named `owntracks`.
  private mutating func checkOverlap(
    _ source: Source, _ topics: [Topic], _ other: Source, _ others: [Topic]
  ) {
    for topic in topics {
      let same = others.first {
        let areApart = $0.pattern.beginsWithLiteral != topic.pattern.beginsWithLiteral
        return $0.pattern.overlaps(topic.pattern)
          && (source.isCustom || other.isCustom || !areApart)
      }
      guard let same else { continue }
      return report(
        source,
        "source \(source.name) would read \(topic.text), and so would the source on line "
          + "\(other.line), as \(same.text): write another topic or prefix for one of them")
    }
  }
}
