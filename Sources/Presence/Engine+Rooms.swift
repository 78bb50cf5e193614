/// Rooms: the members linked into them, their counts by user, and their end.
extension Engine {
  mutating func link(_ index: Int32) {
    let room = Int(memberships[index].room)
    let first = rooms[room].firstMember
    memberships[index].nextInRoom = first
    memberships[index].previousInRoom = -1
    if first >= 0 { memberships[first].previousInRoom = index }
    rooms[room].firstMember = index
    recount(Int32(room), by: 1)
    clients[Int(memberships[index].client)].presences += 1
    presences += 1
    if rooms[room].count == 1 {
      occupiedRooms += 1
      emptied.remove(Int32(room))
      save(room: Int32(room))
    }
    count(index, by: 1)
    if rooms[room].flags.contains(.rostered) { followRoster(of: Int32(room), newcomer: index) }
  }

  mutating func unlink(_ index: Int32) {
    let room = Int(memberships[index].room)
    if rooms[room].flags.contains(.rostered) { followRoster(of: Int32(room), leaver: index) }
    let (before, after) = (memberships[index].previousInRoom, memberships[index].nextInRoom)
    if before >= 0 {
      memberships[before].nextInRoom = after
    } else {
      rooms[room].firstMember = after
    }
    if after >= 0 { memberships[after].previousInRoom = before }
    recount(Int32(room), by: -1)
    clients[Int(memberships[index].client)].presences -= 1
    presences -= 1
    if rooms[room].count == 0 {
      occupiedRooms -= 1
      rooms[room].emptiedAt = now.instant
      save(room: Int32(room))
    }
    count(index, by: -1)
  }

  /// Links a membership among those of its room that wait for their clients.
  mutating func linkAway(_ index: Int32) {
    let room = Int(memberships[index].room)
    let first = rooms[room].firstAway
    memberships[index].nextInRoom = first
    memberships[index].previousInRoom = -1
    if first >= 0 { memberships[first].previousInRoom = index }
    rooms[room].firstAway = index
  }

  mutating func unlinkAway(_ index: Int32) {
    let (before, after) = (memberships[index].previousInRoom, memberships[index].nextInRoom)
    if before >= 0 {
      memberships[before].nextInRoom = after
    } else {
      rooms[Int(memberships[index].room)].firstAway = after
    }
    if after >= 0 { memberships[after].previousInRoom = before }
  }

  /// Counts a member that came or went among its room's users, or its members without one.
  private mutating func count(_ index: Int32, by step: Int32) {
    let room = memberships[index].room
    let user = clientNames.scope(of: memberships[index].client) - 1
    if clients[Int(memberships[index].client)].flags.contains(.asleep) {
      rooms[Int(room)].asleep += step
    }
    var userChanged = false
    if user < 0 {
      rooms[Int(room)].anonymous += step
    } else {
      let key = UInt64(UInt32(room)) << 32 | UInt64(UInt32(user))
      let before = usersOfRooms[key] ?? 0
      usersOfRooms[key] = before + step == 0 ? nil : before + step
      userChanged = before == 0 || before + step == 0
      if userChanged { rooms[Int(room)].users += step }
    }
    guard rooms[Int(room)].flags.contains(.headed) else { return }
    followHead(of: room, member: index, user: userChanged ? user : nil, came: step > 0)
  }

  /// Nothing refers to the room any more, on any topic or in any record.
  func isIdle(_ room: Int32) -> Bool {
    let it = rooms[Int(room)]
    return it.ties == 0 && it.touches.isEmpty && !it.flags.contains(.shown)
  }

  /// What nothing refers to holds no place any more, and goes at ``reclaim()``.
  mutating func noteIfIdle(_ room: Int32) {
    guard isIdle(room), rooms[Int(room)].flags.insert(.idle).inserted else { return }
    emptied.remove(room)
    idleRooms.append(room)
    idleCount += 1
  }

  /// An idle room is in use again.
  mutating func wake(_ room: Int32) {
    if rooms[Int(room)].flags.remove(.idle) != nil { idleCount -= 1 }
  }

  mutating func free(room index: Int32) {
    wake(index)
    roomNames.remove(index)
    emptied.remove(index)
    heads[index] = nil
    rosters.removeAll { $0.room == index }
    let unsaved = rooms[Int(index)].flags.contains(.unsaved)
    let listed = rooms[Int(index)].flags.contains(.listed)
    rooms[Int(index)] = Room()
    if unsaved { rooms[Int(index)].flags.insert(.unsaved) } else { save(room: index) }
    if listed { rooms[Int(index)].flags.insert(.listed) }
  }

  /// Rooms that have been empty for long enough are shown no more. At most `budget` of them.
  mutating func clearEmptied(budget: inout Int) {
    while budget > 0, let room = emptied.first(of: Self.shownEmpty),
      rooms[Int(room)].emptiedAt + rules.emptyRoomTTL <= now.instant
    {
      budget -= 1
      hide(room)
    }
  }

  /// An empty room is shown no more. If clients may come back to it, it is kept.
  mutating func hide(_ room: Int32) {
    rooms[Int(room)].flags.remove(.shown)
    rooms[Int(room)].announcedCount = 0
    clearedRooms.append(room)
    save(room: room)
    emptied.append(room, to: Self.hiddenEmpty)
    noteIfIdle(room)
  }

  /// The rooms whose retained topics are to be cleared, since the last call. Their names last until
  /// ``reclaim()``.
  public mutating func takeClearedRooms() -> ContiguousArray<Int32> {
    defer { clearedRooms.removeAll() }
    return clearedRooms
  }
}
