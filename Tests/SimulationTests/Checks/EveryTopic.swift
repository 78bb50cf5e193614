import Bridge
import Topics

@testable import Bridge
@testable import Presence

/// In the end each retained topic of the bridge's stands for a room that is shown, whoever is in it or has written
/// there, and each room that is shown has its topics.
extension Judge {
  func checkEveryTopic(_ loop: BridgeLoop) {
    guard world.adversity.packetLimit == nil, !topicsMayBeStale else { return }
    let retained = world.broker.state.retained
    for message in retained.messages { checkStands(message, loop.engine) }
    for room in 0..<loop.engine.roomCapacity where loop.engine.isShown(room) {
      if loop.engine.isTouched(room) { continue }
      world.reached[.topics] += 1
      let name = loop.engine.withRoomName(room) { [UInt8]($0) }
      let count = retained[Array("presence/count/".utf8) + name]
      let expected = Array("\(loop.engine.figures(of: room).count)".utf8)
      if count != expected {
        world.fail(.topics, "\(JSON.escaped(name)): count \(count ?? []), not \(expected)")
      }
      if retained[Array("presence/occupancy/".utf8) + name] == nil {
        world.fail(.topics, "\(JSON.escaped(name)): no snapshot")
      }
    }
  }

  private func checkStands(_ message: Message, _ engine: Engine) {
    for kind in ["presence/occupancy/", "presence/count/"]
    where message.topic.starts(with: kind.utf8) {
      let name = Array(message.topic.dropFirst(kind.utf8.count))
      guard Names.problem(ofRoom: name) == nil else { continue }
      world.reached[.topics] += 1
      let room = name.withUnsafeBytes { engine.findRoom($0) }
      if room.map({ engine.isShown($0) }) ?? false { continue }
      world.fail(.topics, "of no room that is shown: \(message)")
    }
  }
}
