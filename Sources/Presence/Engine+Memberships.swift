/// A client's ties to rooms: made, withdrawn, ended, and touched when they differ from what was last
/// announced.
extension Engine {
  /// The room's index, new if need be; there is place for it.
  mutating func findOrAdd(room name: UnsafeRawBufferPointer) -> Int32 {
    if let index = roomNames.find(name) { return index }
    let index = roomNames.insert(name)
    // A number that was used before has a blank record, which may stand in lists.
    if Int(index) == rooms.count { rooms.append(Room()) }
    return index
  }

  mutating func place(_ room: Room, at index: Int32) {
    while rooms.count <= Int(index) { rooms.append(Room()) }
    rooms[Int(index)] = room
  }

  func membership(of client: Int32, in room: Int32) -> Int32? {
    var index = clients[Int(client)].firstMembership
    while index >= 0, memberships[index].room != room { index = memberships[index].nextOfClient }
    return index < 0 ? nil : index
  }

  /// Makes a client a member, or finds it one. `data` as in a birth: `nil` leaves what is there.
  mutating func enter(_ client: Int32, _ room: Int32, data: [UInt8]?, reason: Reason) {
    let index = membership(of: client, in: room) ?? tie(client, room)
    if memberships[index].state != .present { admit(index, reason: reason) }
    if let data { setOwnData(data, of: index) }
  }

  private mutating func tie(_ client: Int32, _ room: Int32) -> Int32 {
    var membership = Membership(client: client, room: room)
    membership.nextOfClient = clients[Int(client)].firstMembership
    let index = memberships.insert(membership) { old, new in
      new.flags = old.flags.intersection(.unsaved)
    }
    clients[Int(client)].firstMembership = index
    rooms[Int(room)].ties += 1
    wake(room)
    return index
  }

  /// Makes a membership present. Who was present when the room was last announced never left, as far
  /// as anybody knows, and keeps its `since`.
  mutating func admit(_ index: Int32, reason: Reason) {
    touch(index)
    switch memberships[index].state {
    case .ended: dropOwnData(of: index)
    case .away: unlinkAway(index)
    case .present, .free: break
    }
    if !memberships[index].flags.contains(.announced) {
      memberships[index].since = now.wall.clamped(to: RowBounds.sinces)
    }
    memberships[index].state = .present
    memberships[index].reason = reason
    link(index)
    counters.count(reason)
    save(membership: index)
  }

  /// Takes a membership out of its room.
  mutating func withdraw(_ index: Int32, to state: Membership.State, reason: Reason) {
    touch(index)
    unlink(index)
    if state == .away { linkAway(index) }
    memberships[index].state = state
    memberships[index].reason = reason
    counters.count(reason)
    save(membership: index)
  }

  /// Ends a membership for good, be it present or away.
  mutating func end(_ index: Int32, reason: Reason) {
    switch memberships[index].state {
    case .present: withdraw(index, to: .ended, reason: reason)
    case .away:
      unlinkAway(index)
      memberships[index].state = .ended
      save(membership: index)
      if !memberships[index].flags.contains(.touched) { free(membership: index) }
    case .ended, .free: break
    }
  }

  /// Notes that a membership is about to differ from what was announced of it.
  mutating func touch(_ index: Int32) {
    let room = memberships[index].room
    if memberships[index].flags.insert(.touched).inserted {
      let shown = memberships[index].flags.contains(.announced) ? shownData(of: index) : nil
      let isAsleep = clients[Int(memberships[index].client)].flags.contains(.asleep)
      rooms[Int(room)].touches.append(
        Room.Touch(membership: index, data: shown, isAsleep: isAsleep))
    }
    if rooms[Int(room)].reserved == 0 {
      rooms[Int(room)].reserved = nextRevision()
      save(room: room)
    }
    list(room: room)
  }

  mutating func list(room: Int32) {
    if rooms[Int(room)].flags.insert(.listed).inserted { touchedRooms.append(room) }
  }

  mutating func free(membership index: Int32) {
    let client = memberships[index].client
    let next = memberships[index].nextOfClient
    if clients[Int(client)].firstMembership == index {
      clients[Int(client)].firstMembership = next
    } else {
      var before = clients[Int(client)].firstMembership
      while memberships[before].nextOfClient != index { before = memberships[before].nextOfClient }
      memberships[before].nextOfClient = next
    }
    dropOwnData(of: index)
    let room = memberships[index].room
    rooms[Int(room)].ties -= 1
    noteIfIdle(room)
    save(membership: index)
    memberships[index].state = .free
    memberships.remove(index)
  }

  mutating func save(membership index: Int32) {
    if memberships[index].flags.insert(.unsaved).inserted { unsavedMemberships.append(index) }
  }

  mutating func save(room index: Int32) {
    if rooms[Int(index)].flags.insert(.unsaved).inserted { unsavedRooms.append(index) }
  }
}

extension Engine {
  /// Marks a client as asleep, or as awake, in each of its rooms.
  mutating func setAsleep(_ isAsleep: Bool, of client: Int32) {
    guard clients[Int(client)].flags.contains(.asleep) != isAsleep else { return }
    forEachMembership(of: client) { engine, membership in
      guard engine.memberships[membership].state == .present else { return }
      engine.touch(membership)
      engine.rooms[Int(engine.memberships[membership].room)].asleep += isAsleep ? 1 : -1
    }
    if isAsleep {
      clients[Int(client)].flags.insert(.asleep)
    } else {
      clients[Int(client)].flags.remove(.asleep)
    }
    save(client: client)
  }
}
