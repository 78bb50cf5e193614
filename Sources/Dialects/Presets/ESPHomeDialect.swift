import Presence

/// ESPHome: `NAME/status`, retained, `online` or `offline`. It has no heartbeat: the will alone decides.
///
/// ESPHome has no common prefix, so without one this reads `+/status`, where others speak as well. Words that are not
/// ESPHome's are then not taken for its own gone wrong, and `homeassistant/status`, which is Home Assistant's own and
/// has the same form, is no client.
struct ESPHomeDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "esphome", confirmation: .seconds(5 * 60))
  private let isAlone: Bool

  private static let words = OnOffWords(online: ["online"], offline: ["offline"])

  init(prefix: String?) {
    isAlone = prefix != nil
    let start = prefix.map { $0 + "/" } ?? ""
    topics = [DialectTopic(pattern: "\(start){client}/status")]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let client = message.levels.first, isAlone || !client.reads("homeassistant") else {
      return
    }
    if let word = Self.words.read(message.payload) {
      listener.hear(Saying(client, word))
    } else if isAlone {
      listener.isInvalid("a status that is neither online nor offline")
    }
  }
}
