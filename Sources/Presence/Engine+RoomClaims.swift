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
      claimEntry(index, name)
    }
    return true
  }

  private mutating func claimEntry(_ index: Int32, _ name: UnsafeRawBufferPointer) {
    guard Int(clients[Int(index)].presences) < rules.maxRoomsPerClient,
      let room = findOrAdd(room: name)
    else {
      counters.limited += 1
      return
    }
    enter(index, room, data: nil, reason: .joined)
  }
}
