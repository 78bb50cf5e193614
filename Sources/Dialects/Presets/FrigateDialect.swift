import Presence

/// Frigate: `frigate/available`, retained: `online`, `offline` (its will) or `stopped` (it was told to).
///
/// `frigate/stats`, every 60 s unless `stats_interval` says otherwise, is the heartbeat.
///
/// One instance has one topic and no name in it: the client is named as the prefix is.
struct FrigateDialect: Dialect {
  let topics: [DialectTopic]
  /// Five times the interval of its statistics.
  let defaults = DialectDefaults(room: "frigate", timeout: .seconds(5 * 60))
  private let client: [UInt8]

  private static let words = OnOffWords(online: ["online"], offline: ["offline", "stopped"])

  init(prefix: String?) {
    let prefix = prefix ?? "frigate"
    client = Array(prefix.utf8).withUnsafeBytes { bytes in
      ClientName.joined(bytes.split(separator: UInt8(ascii: "/")).map { .init(rebasing: $0) })
    }
    topics = [
      DialectTopic(pattern: "\(prefix)/available"),
      DialectTopic(pattern: "\(prefix)/stats", isAtLeastOnce: false),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    client.withUnsafeBytes { client in
      if topic == 1 {
        if !message.isReplay { listener.hear(Saying(client, .heartbeat(nil))) }
      } else if let word = Self.words.read(message.payload) {
        listener.hear(Saying(client, word))
      } else {
        listener.isInvalid("an availability that is not online, offline or stopped")
      }
    }
  }
}
