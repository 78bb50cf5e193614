import Bridge
import Foundation
import Presence
import Topics

@testable import rollcall

/// Reads whatever the bridge publishes with the readers of the commands and of the bridge itself, and holds it against
/// what was published before: counts against events, snapshots against counts.
struct PublishingJudge {
  private let names: TopicNames
  private let root: String
  private let maxSnapshot: Int
  /// Of each room, what its last event said.
  private var rooms: [[UInt8]: (count: Int, revision: Int64)] = [:]
  private var revisions: [[UInt8]: Int64] = [:]
  /// Topics on which somebody else has written.
  private var distrusted: Set<[UInt8]> = []

  init(_ configuration: Configuration) {
    root = configuration.root
    names = TopicNames(root: root)
    maxSnapshot = configuration.maxSnapshot
  }

  mutating func distrust(_ topic: [UInt8]) { distrusted.insert(topic) }

  /// Events may be missing from here on, and what somebody else wrote is to be made good.
  mutating func beginConnection() { (rooms, distrusted) = ([:], []) }

  mutating func look(at messages: [FuzzBroker.Published]) throws {
    for message in messages {
      do { try look(at: message) } catch {
        throw Fault("\(shown(message.topic)) \(shown(message.payload)): \(error)")
      }
    }
  }

  private mutating func look(at message: FuzzBroker.Published) throws {
    if let room = RoomName(message.topic, under: "\(root)/count/") {
      if !message.payload.isEmpty { try look(atCount: message.payload, of: room.bytes) }
    } else if let room = RoomName(message.topic, under: "\(root)/occupancy/") {
      if !message.payload.isEmpty { try look(atSnapshot: message.payload, of: room.bytes) }
    } else if let room = RoomName(message.topic, under: "\(root)/events/") {
      try look(atEvent: message.payload, of: room.bytes)
    } else if message.topic.elementsEqual(names.stats.utf8) {
      try demand(BridgeFigures(message.payload, after: nil) != nil, "no stats")
    } else if message.topic.elementsEqual(names.bridgeStatus.utf8) {
      try demand(BridgeState(message.payload) != .absent, "no status")
    } else if !message.topic.elementsEqual(names.fence.utf8), !message.payload.isEmpty,
      !message.topic.starts(with: "\(root)/clients/".utf8)
    {
      _ = try object(message.payload)
    }
  }

  private func look(atCount payload: [UInt8], of room: [UInt8]) throws {
    guard let count = roomCount(payload) else { throw Fault("no count") }
    guard let known = rooms[room] else { return }
    try demand(count == known.count, "the last event said \(known.count)")
  }

  private mutating func look(atSnapshot payload: [UInt8], of room: [UInt8]) throws {
    guard let shown = RoomSnapshot(payload),
      let own = payload.withUnsafeBytes({ RetainedSnapshot.read($0) })
    else { throw Fault("no snapshot") }
    try demand(own.room == room, "of another room")
    try demand(payload.count <= maxSnapshot, "longer than max_snapshot")
    try demand(own.revision >= revisions[room] ?? 0, "a revision that is older")
    try demand(own.truncated || own.members.count == shown.count, "members are missing")
    try demand(own.members.count <= shown.count, "more members than it counts")
    revisions[room] = own.revision
    if let known = rooms[room] { try demand(shown.count == known.count, "not as the events") }
  }

  private mutating func look(atEvent payload: [UInt8], of room: [UInt8]) throws {
    let json = try object(payload)
    guard let event = RoomEvent(payload), let revision = event.revision,
      let previous = json["previous"] as? Int64
    else { throw Fault("no event") }
    try demand(event.count >= 0, "a negative count")
    if let known = rooms[room] {
      // A room that was empty for long is forgotten, and begins anew.
      try demand(
        previous == known.revision || previous == 0 && known.count == 0,
        "the chain of events is broken: \(known.revision)")
      // The parts of a change that takes several events all have the count behind the last of them.
      let count = known.count + event.added.count - event.removed.count
      try demand(event.count == count || event.bulk == true, "it should count \(count)")
    }
    try demand(revision > previous, "a revision that is not above the last one")
    rooms[room] = (event.count, revision)
  }

  private func object(_ payload: [UInt8]) throws -> [String: Any] {
    guard let json = try? JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any] else {
      throw Fault("no JSON object")
    }
    return json
  }

  /// All is quiet: what is retained is what the engine holds.
  func end(_ retained: [[UInt8]: FuzzBroker.Retained], _ engine: borrowing Engine) throws {
    var counts: [[UInt8]: Int] = [:]
    for room in 0..<engine.roomCapacity where engine.hasRoom(room) {
      let name = engine.withRoomName(room) { Array($0) }
      let topic = Array("\(root)/count/".utf8) + name
      counts[topic] = engine.figures(of: room).count
    }
    for (topic, message) in retained where isTrusted(topic) {
      guard let count = roomCount(message.payload) else { throw Fault("no count is retained") }
      try demand(
        count == counts[topic] ?? -1, "\(shown(topic)) retains \(count), not \(counts[topic] ?? -1)"
      )
    }
    for (topic, count) in counts where isTrusted(topic) && count > 0 {
      try demand(retained[topic] != nil, "\(shown(topic)) is not retained")
    }
  }

  /// Whether a topic can be one of the bridge's, and nobody else has written on it since it connected.
  private func isTrusted(_ topic: [UInt8]) -> Bool {
    guard let room = RoomName(topic, under: "\(root)/count/") else { return false }
    return Names.problem(ofRoom: room.bytes) == nil && !distrusted.contains(topic)
  }
}
