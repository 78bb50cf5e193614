import Presence
import Topics

/// ESPresense: devices by their distance from the nodes of rooms.
///
/// A device is in the room that ``Sightings`` finds nearest; silence is its only leave. A node is the gateway of the
/// devices in its room, in no room itself, and its will alone decides about it. When it dies, those that another
/// node sees move there at once.
///
/// A node's client is `room:NAME`. ESPresense has no ids with that beginning (its nodes see each other as `node:NAME`),
/// but lets users choose: a device's `room:x` is written `room%3Ax`.
struct ESPresenseDialect: Dialect {
  let topics: [DialectTopic]
  /// The firmware reports a device that it hears every 5 s, but phones may rest for a minute.
  let defaults = DialectDefaults(room: "{room}", timeout: .seconds(120), isExclusive: true)
  private var finder = RoomFinder { ESPresenseDialect.node($0) }

  init(prefix: String?) {
    let prefix = prefix ?? "espresense"
    topics = [
      DialectTopic(pattern: "\(prefix)/rooms/{room}/status"),
      DialectTopic(pattern: "\(prefix)/rooms/{room}/telemetry", isAtLeastOnce: false),
      DialectTopic(pattern: "\(prefix)/devices/{client}/{room}", isAtLeastOnce: false),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    switch (topic, message.levels.count) {
    case (0, 1): readStatus(message, of: Array(message.levels[0]), listener)
    case (1, 1): readTelemetry(message, listener)
    case (2, 2): readReport(message, listener)
    default: break
    }
  }

  private static let nodePrefix = Array("room:".utf8)

  private static func node(_ room: [UInt8]) -> [UInt8] { nodePrefix + room }

  private static func name(of device: UnsafeRawBufferPointer) -> [UInt8] {
    device.starts(with: nodePrefix) ? ClientName.joined([device]) : Array(device)
  }

  private mutating func readStatus(
    _ message: DialectMessage, of room: [UInt8], _ listener: some DialectListener
  ) {
    if message.payload.says(["online"]) {
      hear(room, .online(Birth(timeout: .zero)), listener)
    } else if message.payload.says(["offline"]) {
      lose(room, message, listener)
      hear(room, .offline(Death()), listener)
    } else if message.payload.isBlank {
      lose(room, message, listener)
      hear(room, .forgotten, listener)
    } else {
      listener.isInvalid("a room's status that is neither online nor offline")
    }
  }

  private func hear(_ room: [UInt8], _ word: Saying.Word, _ listener: some DialectListener) {
    Self.node(room).withUnsafeBytes {
      var saying = Saying($0, word)
      saying.isGateway = true
      saying.hasRoom = false
      listener.hear(saying)
    }
  }

  /// A replay tells of an old death: what was seen since before we connected is old as well.
  private mutating func lose(
    _ room: [UInt8], _ message: DialectMessage, _ listener: some DialectListener
  ) {
    for (device, room) in finder.lose(room, at: message.now) where !message.isReplay {
      device.withUnsafeBytes { finder.place($0, in: room, listener) }
    }
  }

  /// A node that sees nobody still says every 15 s that it is there.
  private func readTelemetry(_ message: DialectMessage, _ listener: some DialectListener) {
    if !message.isReplay { hear(Array(message.levels[0]), .heartbeat(nil), listener) }
  }

  /// Whatever it says of the device, the node that says it is alive.
  private mutating func readReport(_ message: DialectMessage, _ listener: some DialectListener) {
    guard !message.isReplay else { return }
    guard let report = DialectLimits.members(message.payload) else {
      return listener.isInvalid("a device's report that is no JSON object")
    }
    let distance = report.number("distance")
    guard !report.has("distance") || distance?.isFinite == true else {
      return listener.isInvalid("a distance that is no number")
    }
    let client = Self.name(of: message.levels[0])
    let room = Array(message.levels[1])
    guard max(client.count, room.count) <= DialectLimits.maxName else {
      return listener.isInvalid("a name that is too long")
    }
    hear(room, .heartbeat(nil), listener)
    if let distance {
      finder.see(client, from: room, distance: distance, at: message.now, listener)
    } else {
      // The firmware leaves out what its filter cannot tell yet.
      client.withUnsafeBytes { listener.hear(Saying($0, .heartbeat(nil))) }
    }
  }
}
