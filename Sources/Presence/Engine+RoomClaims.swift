/// Replays that speak of one room only: a retained topic a client and room.
extension Engine {
  /// Takes in what a retained topic claims of a known client in one room. As with ``claim(_:_:hash:at:)``, it
  /// is no sign of life, and undoes nothing that was heard live in this connection. A client that was seen to
  /// go from the room stays gone until it is heard.
  ///
  /// - Returns: whether the client is known; an unknown one is for ``claim(_:_:hash:at:)``.
  public mutating func claimRoom(
    _ who: Who, _ name: UnsafeRawBufferPointer, isThere: Bool, at now: Now
  ) -> Bool {
    self.now = now
    guard let index = find(who), clients[Int(index)].state != .gone else { return false }
    guard clients[Int(index)].connection != connection, clients[Int(index)].state == .online else {
      return true
    }
    let held = roomNames.find(name).flatMap { membership(of: index, in: $0) }
    // What has ended since the last announcement ended by a replay: words that were heard live are above.
    if let held, memberships[held].state != .ended {
      if !isThere, memberships[held].state == .present { end(held, reason: .left) }
    } else if isThere {
      claimEntry(who, index, name)
    }
    return true
  }

  /// Takes clients out of rooms that they were put into by hand and are no longer: no sign of life. Rooms that wait
  /// for one that is away wait no longer. A walk over all clients, whatever their user.
  ///
  /// - Parameter rooms: by the client's name.
  public mutating func takeOut(_ rooms: [[UInt8]: [[UInt8]]], at now: Now) {
    guard !rooms.isEmpty else { return }
    self.now = now
    for index in clients.indices where clients[index].isPresent || clients[index].state == .away {
      for name in clientNames.withName(Int32(index), { rooms[[UInt8]($0)] }) ?? [] {
        guard let room = name.withUnsafeBytes({ roomNames.find($0) }),
          let held = membership(of: Int32(index), in: room)
        else { continue }
        end(held, reason: .left)
      }
    }
  }

  private mutating func claimEntry(_ who: Who, _ index: Int32, _ name: UnsafeRawBufferPointer) {
    guard Int(clients[Int(index)].presences) < rules.maxRoomsPerClient else {
      refuse(.roomsPerClient)
      return
    }
    let wanted = existing(name).map { WantedRooms(known: [$0]) } ?? WantedRooms(new: 1)
    guard makePlace(for: who, wanted, spends: false) else { return }
    enter(index, findOrAdd(room: name), data: nil, reason: .joined)
  }
}
