import Presence
import Topics

/// Zigbee2MQTT: `NAME/availability` of each device and group, and `bridge/state`, all retained.
///
/// Payloads are `{"state":"online"}`, or the plain words that versions before 2 could be set to. A device that was
/// renamed or removed leaves an empty payload. The will of Zigbee2MQTT covers `bridge/state` alone, so a device's
/// retained `online` is worth nothing while that says `offline`: the bridge is the gateway of all.
///
/// A friendly name may have slashes in it, and no filter of MQTT stands for any number of levels before the last, so
/// each number of levels has its own; the name becomes one level by ``ClientName/joined(_:)``.
struct Zigbee2MQTTDialect: Dialect {
  /// The most levels of a friendly name that is read.
  static let maxLevels = 6

  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "zigbee2mqtt", confirmation: .seconds(5 * 60))

  private static let words = OnOffWords(online: ["online"], offline: ["offline"])
  private static let bridge = Array("bridge".utf8)

  init(prefix: String?) {
    let prefix = prefix ?? "zigbee2mqtt"
    let names = (1...Self.maxLevels).map { count in
      (1...count).map { "{level\($0)}" }.joined(separator: "/")
    }
    topics =
      [DialectTopic(pattern: "\(prefix)/bridge/state")]
      + names.map { DialectTopic(pattern: "\(prefix)/\($0)/availability") }
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let word = Self.word(message.payload) else {
      return listener.isInvalid("a state that is neither online nor offline")
    }
    if topic == 0 { return Self.bridgeSays(word, listener) }
    let name = ClientName.joined(message.levels)
    guard name != Self.bridge else {
      return listener.isInvalid("a device that has the bridge's own name")
    }
    name.withUnsafeBytes { name in
      Self.bridge.withUnsafeBytes { bridge in
        var saying = Saying(name, word)
        saying.gateway = bridge
        listener.hear(saying)
      }
    }
  }

  /// A cleared `bridge/state` says nothing: what the bridge carries is not forgotten with it.
  private static func bridgeSays(_ word: Saying.Word, _ listener: some DialectListener) {
    if case .forgotten = word { return }
    bridge.withUnsafeBytes {
      var saying = Saying($0, word)
      saying.isGateway = true
      saying.hasRoom = false
      listener.hear(saying)
    }
  }

  private static func word(_ payload: UnsafeRawBufferPointer) -> Saying.Word? {
    if let word = words.read(payload) { return word }
    guard let state = JSONMembers(event: payload)?.string("state"), !state.isEmpty else {
      return nil
    }
    return state.withUnsafeBytes { words.read($0) }
  }
}
