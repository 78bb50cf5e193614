import Bridge
import Presence

/// What the bridge says.
extension Judge {
  func sent(_ message: Message) {
    if message.topic.elementsEqual("presence/bridge/fence".utf8) {
      fences[message.payload] = world.now
      noteFence(message)
    }
  }

  /// A fence proves something only if it is no other's. Number 0 is none: it only names the run.
  private func noteFence(_ message: Message) {
    if message.payload.suffix(2).elementsEqual(" 0".utf8) { return }
    if !usedFences.insert(message.payload).inserted { world.fail("a fence again: \(message)") }
  }

  func published(_ message: Message) {
    output.add(message.topic)
    output.add(message.payload)
    let topic = String(decoding: message.topic, as: UTF8.self)
    if let room = room(of: topic, "presence/events/") {
      noteUse(message, room)
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

  /// All revisions come from one counter, which begins above all that was published before.
  private func noteUse(_ event: Message, _ room: Int) {
    guard let revision = JSON.read(event.payload)?["revision"]?.integer else { return }
    // What the last process sent may be long under way.
    if event.sentAt >= revisions.start, revision <= revisions.floor {
      report(room, "revision \(revision) is from before the start")
    }
    if !revisions.used.insert(revision).inserted { report(room, "revision \(revision) again") }
  }

  /// A message leaves the bridge: what it says is in the database, unless that cannot be written. Where the commit
  /// of its revision took several turns, more may be in the database by then: who came or went meanwhile.
  func leaving(_ message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    guard !world.disk.isFull, !world.disk.isBehind, !message.payload.isEmpty,
      let room = room(of: topic, "presence/occupancy/"), let json = JSON.read(message.payload),
      let revision = json["revision"]?.integer
    else { return }
    let kept = world.disk.kept(world.plan.rooms[room])
    let shown = Set((json["members"]?.items ?? []).map(Consumer.name))
    let isOfThisTurn = message.sentAt == world.now
    if kept.revision < revision || (isOfThisTurn && kept.members != shown) {
      report(room, "published before the commit: \(revision) of \(shown.sorted())")
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
