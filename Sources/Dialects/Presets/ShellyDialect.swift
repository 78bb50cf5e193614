import Presence

/// Shelly: `shellies/ID/online` of the first generation and `ID/online` of the later ones, retained, `true` or `false`.
///
/// The first generation publishes `info` every 30 s unless it is set otherwise, the later ones `events/rpc` whenever
/// something changes: signs of life, but with no period to rely on, so the will alone decides. With a prefix, the
/// devices of either generation below it are read, and no others.
struct ShellyDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "shelly", confirmation: .seconds(5 * 60))
  /// How many of the topics carry `online`; the others are signs of life.
  private let onlineTopics: Int
  private let isAlone: Bool

  private static let words = OnOffWords(online: ["true"], offline: ["false"])

  init(prefix: String?) {
    let starts = prefix.map { ["\($0)/"] } ?? ["shellies/", ""]
    let last = starts[starts.count - 1]
    isAlone = prefix != nil
    onlineTopics = starts.count
    topics =
      starts.map { DialectTopic(pattern: "\($0){client}/online") } + [
        DialectTopic(pattern: "\(starts[0]){client}/info", isAtLeastOnce: false),
        DialectTopic(pattern: "\(last){client}/events/rpc", isAtLeastOnce: false),
      ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let client = message.levels.first else { return }
    if topic >= onlineTopics {
      if !message.isReplay { listener.hear(Saying(client, .heartbeat(nil))) }
    } else if let word = Self.words.read(message.payload) {
      listener.hear(Saying(client, word))
    } else if isAlone || topic == 0 {
      listener.isInvalid("an online that is neither true nor false")
    }
  }
}
