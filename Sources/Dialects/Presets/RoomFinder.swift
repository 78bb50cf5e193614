import Presence

/// Says in which room a device is that several rooms see: what ESPresense and room-assistant have in common.
///
/// A word a sighting: where the device is, if that is new or the bridge has lost it, or else that it is alive.
struct RoomFinder {
  private var nearest: NearestRooms
  /// Makes the name of the client that carries what a room sees; `nil`: nothing does.
  private let gateway: (@Sendable ([UInt8]) -> [UInt8])?

  init(nearest: NearestRooms = NearestRooms(), gateway: (@Sendable ([UInt8]) -> [UInt8])? = nil) {
    self.nearest = nearest
    self.gateway = gateway
  }

  mutating func see(
    _ client: [UInt8], from room: [UInt8], distance: Double, at now: Now,
    _ listener: some DialectListener
  ) {
    let isSomewhere = client.withUnsafeBytes {
      listener.standing(of: $0, user: nil)?.isPresent == true
    }
    let (room, isNew) = nearest.see(
      client, from: room, distance: distance, at: now.instant, isSomewhere: isSomewhere)
    client.withUnsafeBytes {
      if isNew || !isSomewhere {
        place($0, in: room, listener)
      } else {
        listener.hear(Saying($0, .heartbeat(nil)))
      }
    }
  }

  /// What the room sees no longer counts: those who are in it move where they are seen from.
  mutating func lose(_ room: [UInt8], at now: Now) -> [(device: [UInt8], room: [UInt8])] {
    nearest.lose(room, at: now.instant)
  }

  func place(
    _ client: UnsafeRawBufferPointer, in room: [UInt8], _ listener: some DialectListener
  ) {
    let carrier = gateway?(room)
    room.withUnsafeBytes { room in
      var saying = Saying(client, .isIn([room]))
      guard let carrier else { return listener.hear(saying) }
      carrier.withUnsafeBytes {
        saying.gateway = $0
        listener.hear(saying)
      }
    }
  }
}
