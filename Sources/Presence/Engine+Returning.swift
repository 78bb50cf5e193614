/// Who was removed comes back, and into which of its rooms.
extension Engine {
  /// A client that was away is online. The rooms that it had wait for a word that revives them.
  mutating func comeBack(_ index: Int32) {
    let isRevivable = isRevivable(index)
    clients[Int(index)].state = .online
    clients[Int(index)].flags.remove(.gated)
    clients[Int(index)].lastHeard = now.instant
    clients[Int(index)].connection = connection
    presentClients += 1
    clients[Int(index)].flags.insert(.hasAway)
    if !isRevivable { dropAway(of: index) }
    schedule(index)
    save(client: index)
    checkCarried(by: index)
  }

  /// Whether the rooms that a client had when it was removed are still to come back with it.
  func isRevivable(_ index: Int32) -> Bool {
    let client = clients[Int(index)]
    guard client.state == .away || client.flags.contains(.hasAway) else { return false }
    if client.flags.contains(.gated) { return true }
    return now.instant - removedAt(index) < rules.reviveWindow
  }

  /// When a client for which rooms wait was removed.
  func removedAt(_ index: Int32) -> Instant {
    let mark = clients[Int(index)].mark
    return clients[Int(index)].state == .dying ? removals[index] ?? mark : mark
  }

  mutating func reviveRooms(of index: Int32) {
    forEachMembership(of: index) { engine, membership in
      if engine.memberships[membership].state == .away {
        engine.admit(membership, reason: .revived)
      }
    }
    if clients[Int(index)].flags.remove(.hasAway) != nil { save(client: index) }
  }

  /// What a client was away from and did not come back to is no longer its room.
  mutating func dropAway(of index: Int32) {
    guard clients[Int(index)].state == .away || clients[Int(index)].flags.contains(.hasAway)
    else { return }
    forEachMembership(of: index) { engine, membership in
      if engine.memberships[membership].state == .away {
        engine.end(membership, reason: .left)
      }
    }
    if clients[Int(index)].flags.remove(.hasAway) != nil { save(client: index) }
  }

  /// Rooms that wait for a client count as its rooms, but give way to those that it joins.
  mutating func dropAway(for room: Int32, of index: Int32) {
    guard clients[Int(index)].flags.contains(.hasAway) else { return }
    var held = 0
    var holdsRoom = false
    forEachMembership(of: index) { engine, membership in
      let it = engine.memberships[membership]
      guard it.state == .present || it.state == .away else { return }
      held += 1
      if it.room == room { holdsRoom = true }
    }
    if !holdsRoom, held >= rules.maxRoomsPerClient { dropAway(of: index) }
  }

  /// One that is back by a word without a number is in a connection of which nobody knows the number: its next death
  /// counts.
  mutating func forgetEpoch(of index: Int32) {
    guard clients[Int(index)].epoch != -1 else { return }
    clients[Int(index)].epoch = -1
    save(client: index)
  }
}
