import Presence
import Topics

/// What rooms publish for Home Assistant's `mqtt_room`: room-assistant with `sendMqttRoom`, and other scanners.
///
/// A room's topic carries every device that it sees, which names itself in the payload: `id` and `distance`
/// are required. The device is in the room that ``Sightings`` finds nearest; silence is its only leave.
struct RoomAssistantDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "{room}", timeout: .seconds(120), isExclusive: true)
  /// room-assistant's nodes take turns, and hold a distance for outdated after a minute.
  private var finder = RoomFinder(
    nearest: NearestRooms(rule: Sightings.Rule(freshFor: .seconds(60))))

  init(prefix: String?) {
    let prefix = prefix ?? "room-assistant/mqtt-room"
    topics = [DialectTopic(pattern: "\(prefix)/{room}", isAtLeastOnce: false)]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay, message.levels.count == 1 else { return }
    guard let report = DialectLimits.members(message.payload) else {
      return listener.isInvalid("a report that is no JSON object")
    }
    guard let id = Self.id(report), let distance = report.number("distance"), distance.isFinite
    else {
      return listener.isInvalid("a report without id or distance")
    }
    let client = id.withUnsafeBytes { ClientName.escaped($0) }
    let room = Array(message.levels[0])
    guard max(client.count, room.count) <= DialectLimits.maxName else {
      return listener.isInvalid("a name that is too long")
    }
    finder.see(client, from: room, distance: distance, at: message.now, listener)
  }

  /// Home Assistant takes a number for an id as well.
  private static func id(_ report: JSONMembers) -> [UInt8]? {
    if let id = report.string("id") { return id.isEmpty ? nil : id }
    return report.integer("id").map { Array("\($0)".utf8) }
  }
}
