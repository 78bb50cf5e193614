import Bridge
import Presence

/// What the bridge says.
extension Judge {
  func sent(_ message: Message) {
    if message.topic.elementsEqual("presence/bridge/fence".utf8) {
      fences[message.payload] = world.now
    }
  }

  func published(_ message: Message) {
    output.add(message.topic)
    output.add(message.payload)
    let topic = String(decoding: message.topic, as: UTF8.self)
    if let room = room(of: topic, "presence/events/") {
      let steady = world.host.isStopping ? nil : liveSince.map { $0 + .seconds(1) }
      report(
        room,
        consumers[room].event(
          message.payload, sentAt: message.sentAt,
          interval: world.plan.configuration.publishInterval, steadySince: steady ?? .never))
    } else if let room = room(of: topic, "presence/occupancy/") {
      if message.payload.isEmpty { return consumers[room].cleared() }
      report(room, consumers[room].snapshot(message.payload, sentAt: message.sentAt))
    }
  }

  private func room(of topic: String, _ prefix: String) -> Int? {
    guard topic.hasPrefix(prefix) else { return nil }
    let name = topic.dropFirst(prefix.count)
    return world.plan.rooms.firstIndex { $0 == name }
  }

  private func report(_ room: Int, _ problem: String?) {
    if let problem { world.fail("\(world.plan.rooms[room]): \(problem)") }
  }
}

/// FNV-1a of all that the bridge published.
struct Digest: Equatable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
