import Bridge
import CMosquitto
import Presence
import Topics

/// The bridge writes on its own topics alone, and answers only where somebody asked and answers may go.
extension Judge {
  /// The last shows the bridge whether it may read what clients say.
  private static let own =
    ["status", "stats", "fence"].map { "presence/bridge/\($0)" }
    + ["presence/clients/rollcall-presence/heartbeat"]
  private static let rooms = ["events", "occupancy", "count"].map { "presence/\($0)/" }

  func checkWriting(_ message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    world.reached[.writing] += 1
    if Self.own.contains(topic) || Self.rooms.contains(where: { topic.hasPrefix($0) }) { return }
    if topic.hasPrefix("homeassistant/"), topic.hasSuffix("/config") {
      if world.plan.configuration.homeAssistant { return }
    } else if !message.isRetained, world.strangers.mayBeAnswered(on: message.topic) {
      return
    }
    world.fail(.writing, "the bridge publishes on \(topic)")
  }

  /// What libmosquitto refuses to send: nothing that anybody says makes the bridge try.
  func checkWire(_ message: Message) {
    if !Wire.takes(message.topic) { world.fail(.writing, "no topic of MQTT's: \(message)") }
  }
}

/// Which topics the protocol allows, by libmosquitto's own functions.
enum Wire {
  static func takes(_ topic: [UInt8]) -> Bool {
    guard topic.count <= 65_535, !topic.isEmpty else { return false }
    return topic.withUnsafeBytes { bytes in
      let text = bytes.bindMemory(to: CChar.self).baseAddress
      return mosquitto_validate_utf8(text, Int32(bytes.count)) == MOSQ_ERR_SUCCESS.rawValue
        && mosquitto_pub_topic_check2(text, bytes.count) == MOSQ_ERR_SUCCESS.rawValue
    }
  }
}
