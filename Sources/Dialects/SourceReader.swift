import Presence

/// What became of a message.
public enum SourceOutcome: Equatable, Sendable {
  /// No source reads its topic.
  case notMine
  /// A source has read it, and has said what there is to say.
  case mine
  /// It is older than what was heard before; and why, where that is worth a line in the log.
  case stale(String?)
  /// It is not what the source's system sends, or names what is not allowed: why.
  case invalid(String)
}

/// What sources take from the rest of the configuration.
public struct SourceRules: Equatable, Sendable {
  /// How long a client of a `custom` source with heartbeats may be silent, where its block does not say.
  public var heartbeatTimeout = Duration.seconds(60)
  /// The longest payload, in bytes, that a `custom` source looks for a member in.
  public var maxPayload = 8 << 10

  public init() {}
}

/// Reads the messages of all sources: one walk down the topics of all of them, then the dialect of one.
public final class SourceReader {
  private let patterns: [TopicPattern]
  private let isAtLeastOnce: [Bool]
  private let trie: TopicTrie
  /// Which source a pattern belongs to, and its number among that source's topics.
  private let places: ContiguousArray<(source: Int, topic: Int)>
  private var dialects: ContiguousArray<any Dialect> = []
  private var translators: ContiguousArray<Translator> = []
  /// Kept for its storage.
  private var levels: [UnsafeRawBufferPointer] = []

  /// Makes a reader of sources in which ``SourceProblems`` finds nothing wrong; one with something wrong is left
  /// out.
  ///
  /// - Parameter reserved: filters of the bridge's own topics, which no source gets: one whose topics begin with a
  ///   name, such as `{client}/events/rpc`, could read them otherwise.
  public init(
    _ sources: [Source], _ assignments: [Assignment] = [], reserved: [String] = [],
    rules: SourceRules = SourceRules()
  ) {
    let assignments = Assignments(assignments)
    var all: [(pattern: TopicPattern, isAtLeastOnce: Bool)] = []
    var places: ContiguousArray<(source: Int, topic: Int)> = []
    for source in sources {
      guard let dialect = Presets.make(source, rules),
        let template = try? RoomTemplate(source.room ?? dialect.defaults.room),
        let patterns = try? dialect.topics.map({ try TopicPattern($0.pattern) })
      else { continue }
      for (number, topic) in dialect.topics.enumerated() {
        places.append((dialects.count, number))
        all.append((patterns[number], topic.isAtLeastOnce))
      }
      translators.append(
        Translator(
          source, template: template, dialect, names: patterns.map(\.names), assignments))
      dialects.append(dialect)
    }
    self.places = places
    patterns = all.map(\.pattern)
    isAtLeastOnce = all.map(\.isAtLeastOnce)
    trie = TopicTrie(patterns + reserved.compactMap { try? TopicPattern(filter: $0) })
  }

  public var isEmpty: Bool { dialects.isEmpty }

  /// How often the sources' own bounds made them forget something.
  public var limited: UInt64 { dialects.reduce(0) { $0 + $1.limited } }

  /// How many messages each source has read, by namespace.
  public var received: [(namespace: String, messages: UInt64)] {
    translators.map { ($0.source.namespace, $0.received) }
  }

  /// What to subscribe to, without what another filter brings as well.
  public var filters: [(filter: String, isAtLeastOnce: Bool)] {
    patterns.indices.filter { !isCovered($0) }
      .map { (patterns[$0].filter, isAtLeastOnce[$0]) }
  }

  /// The filters whose messages bring in the clients of each namespace: heartbeats only where it has nothing else.
  public var births: [(namespace: String, filter: String)] {
    let sure = Set(patterns.indices.filter { isAtLeastOnce[$0] }.map { places[$0].source })
    return patterns.indices.filter { isAtLeastOnce[$0] || !sure.contains(places[$0].source) }
      .map { (translators[places[$0].source].source.namespace, patterns[$0].filter) }
  }

  /// Match what those of ``filters`` that are asked for at QoS 1 match, and are other filters to the broker:
  /// subscribing to them replays what is retained, and leaves the subscriptions proper as they are. `a/b/#` is also
  /// `a/b` (MQTT 5, 4.7.1.2), and `a/+/#` is all that is below `a`.
  public var replayFilters: [String] {
    let lasting = filters
    return lasting.filter(\.isAtLeastOnce)
      .map { $0.filter.hasSuffix("#") ? "\($0.filter.dropLast())+/#" : "\($0.filter)/#" }
      .filter { filter in !lasting.contains { $0.filter == filter } }
  }

  private func isCovered(_ number: Int) -> Bool {
    patterns.indices.contains { other in
      guard other != number, patterns[other].covers(patterns[number]),
        isAtLeastOnce[other] || !isAtLeastOnce[number]
      else { return false }
      // Of two that are the same the first stays.
      let isSame =
        patterns[number].covers(patterns[other]) && isAtLeastOnce[other] == isAtLeastOnce[number]
      return !isSame || other < number
    }
  }

  /// The source that reads a topic, and the pattern that matches it.
  public func source(
    reading topic: UnsafeRawBufferPointer
  ) -> (source: Source, pattern: String)? {
    var levels: [UnsafeRawBufferPointer] = []
    let number = trie.match(topic, into: &levels)
    guard places.indices.contains(number) else { return nil }
    let (source, topic) = places[number]
    return (translators[source].source, dialects[source].topics[topic].pattern)
  }

  /// Takes in a message, and hands what it says to `taker`.
  public func read(
    topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, isReplay: Bool, now: Now,
    taker: some ReportTaker
  ) -> SourceOutcome {
    let number = trie.match(topic, into: &levels)
    guard places.indices.contains(number) else { return .notMine }
    let (source, topic) = places[number]
    let translator = translators[source]
    let message = DialectMessage(
      levels: levels, payload: payload, isReplay: isReplay, now: now)
    translator.begin(message, topic: topic, taker: taker)
    dialects[source].read(message, topic: topic, translator)
    return translator.end()
  }
}
