import Presence

/// OpenMQTTGateway and Theengs gateways: `home/GATEWAY/LWT`, retained, with `SYStoMQTT` every 120 s as the heartbeat.
///
/// Theengs Gateway, and OpenMQTTGateway where it sleeps, send no `SYStoMQTT`: `timeout none` is for those.
struct OpenMQTTGatewayDialect: Dialect {
  let topics: [DialectTopic]
  /// Two periods and a minute.
  let defaults = DialectDefaults(room: "openmqttgateway", timeout: .seconds(5 * 60))

  private static let words = OnOffWords(online: ["online"], offline: ["offline"])

  init(prefix: String?) {
    let prefix = prefix ?? "home"
    topics = [
      DialectTopic(pattern: "\(prefix)/{client}/LWT"),
      DialectTopic(pattern: "\(prefix)/{client}/SYStoMQTT", isAtLeastOnce: false),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let client = message.levels.first else { return }
    if topic == 1 {
      if !message.isReplay { listener.hear(Saying(client, .heartbeat(nil))) }
    } else if let word = Self.words.read(message.payload) {
      listener.hear(Saying(client, word))
    } else {
      listener.isInvalid("an LWT that is neither online nor offline")
    }
  }
}
