import Presence

/// Tasmota: `tele/TOPIC/LWT`, retained, with `STATE` and `SENSOR` every TelePeriod (300 s) as heartbeats.
///
/// A device that goes into deep sleep says so: firmware since 13.1 as `DeepSleep` on LWT, all firmware as an object
/// on `DEEPSLEEP` (Tasmota writes the last level in capitals). That object stays retained after the device has woken,
/// so only a live one counts. Firmware before 13.1 says `Offline` on LWT right behind it, and so is offline while it
/// sleeps. A retained `SENSOR` (SensorRetain) is no heartbeat either.
struct TasmotaDialect: Dialect {
  let topics: [DialectTopic]
  /// Two TelePeriods and a minute.
  let defaults = DialectDefaults(room: "tasmota", timeout: .seconds(11 * 60))

  private static let words = OnOffWords(
    online: ["Online"], offline: ["Offline"], asleep: ["DeepSleep"])

  init(prefix: String?) {
    let prefix = prefix ?? "tele"
    topics = [
      DialectTopic(pattern: "\(prefix)/{client}/LWT"),
      DialectTopic(pattern: "\(prefix)/{client}/DEEPSLEEP"),
      DialectTopic(pattern: "\(prefix)/{client}/STATE", isAtLeastOnce: false),
      DialectTopic(pattern: "\(prefix)/{client}/SENSOR", isAtLeastOnce: false),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let client = message.levels.first else { return }
    if topic == 0 {
      guard let word = Self.words.read(message.payload) else {
        return listener.isInvalid("an LWT that is not Online, Offline or DeepSleep")
      }
      listener.hear(Saying(client, word))
    } else if !message.isReplay, !message.payload.isBlank {
      listener.hear(Saying(client, topic == 1 ? .online(.asleep) : .heartbeat(nil)))
    }
  }
}
