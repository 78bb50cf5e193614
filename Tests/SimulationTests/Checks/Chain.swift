import Bridge
import Presence

/// Events chain. The bridge's publications are handed to those who follow a room.
extension Judge {
  /// The broker took a message of the bridge's.
  func published(_ message: Message) {
    output.add(message.topic)
    output.add(message.payload)
    checkWriting(message)
    let topic = String(decoding: message.topic, as: UTF8.self)
    if topic == "presence/bridge/fence" { passedFences.insert(message.payload) }
    if let room = room(of: topic, "presence/events/") {
      checkRevision(message, room)
      let steady = world.host.isStopping ? nil : liveSince.map { $0 + .seconds(1) }
      report(
        .chain, room,
        consumers[room].event(
          message.payload, sentAt: message.sentAt,
          interval: world.plan.configuration.publishInterval, steadySince: steady ?? .never))
    } else if let room = room(of: topic, "presence/occupancy/") {
      if message.payload.isEmpty { return consumers[room].cleared() }
      report(.chain, room, consumers[room].snapshot(message.payload, sentAt: message.sentAt))
    }
  }

  /// A message of the bridge's will never be taken: its call failed, or the broker refused it.
  func lost(_ message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    world.note("lost: \(message)")
    for kind in ["presence/events/", "presence/occupancy/"] {
      if let room = room(of: topic, kind) { consumers[room].mayHaveGap = true }
    }
  }

  /// The bridge knows what the broker made of an event.
  func eventWasAnswered(_ event: Message, isTaken: Bool) {
    let topic = String(decoding: event.topic, as: UTF8.self)
    if let room = room(of: topic, "presence/events/") { consumers[room].isRefused = !isTaken }
  }

  func room(of topic: String, _ prefix: String) -> Int? {
    guard topic.hasPrefix(prefix) else { return nil }
    let name = topic.dropFirst(prefix.count)
    return world.plan.rooms.firstIndex { $0 == name }
  }

  func report(_ check: Check, _ room: Int, _ problem: String?) {
    world.reached[check] += 1
    if let problem { world.fail(check, "\(world.plan.rooms[room]): \(problem)") }
  }
}

/// FNV-1a of all that the bridge published.
struct Digest: Equatable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
