@testable import Bridge
@testable import Presence

/// In the end the clients of other systems are where those systems say.
extension Judge {
  func checkNeighbours(_ loop: BridgeLoop) {
    for place in world.neighbours.places {
      world.reached[.sources] += 1
      let isThere = isMember(place.client, of: place.room, loop.engine)
      if isThere == place.isThere { continue }
      world.fail(
        .sources, "\(place.client) in \(place.room): \(isThere), should be \(place.isThere)")
    }
  }

  private func isMember(_ client: String, of room: String, _ engine: Engine) -> Bool {
    let (client, room) = (Array(client.utf8), Array(room.utf8))
    return client.withUnsafeBytes { client in
      room.withUnsafeBytes { room in engine.isMember(Who(client: client), of: room) }
    }
  }
}
