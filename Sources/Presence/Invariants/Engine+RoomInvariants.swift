/// What a room's memberships are, counted by looking at them all.
private struct Census {
  var ties: Int32 = 0
  var present: Int32 = 0
  var away: Int32 = 0
  var touched: Int32 = 0
}

/// Rooms: their members, their counts, what waits to be announced, and the orders that are kept for snapshots and pages.
extension Engine {
  func checkRooms() throws(BrokenInvariant) {
    let census = census()
    var occupied = 0
    var users: [UInt64: Int32] = [:]
    for index in rooms.indices where roomNames.isTaken(Int32(index)) {
      let room = rooms[index]
      let ties = census[index].ties
      try hold(room.ties == ties, "room \(index) has \(ties) ties, counted as \(room.ties)")
      try checkMembers(of: Int32(index), census[index], &users)
      try checkAway(of: index, census[index])
      try checkTouches(of: Int32(index), census[index])
      if room.count > 0 { occupied += 1 }
    }
    try hold(occupied == occupiedRooms, "\(occupied) rooms are occupied, not \(occupiedRooms)")
    try hold(users == usersOfRooms, "the users of a room are counted wrongly")
    for index in rooms.indices where !roomNames.isTaken(Int32(index)) {
      let room = rooms[index]
      try hold(room.ties == 0 && room.count == 0, "room \(index) has members and no name")
      try hold(room.touches.isEmpty, "room \(index) has changes and no name")
    }
    for room in ghosts.keys { try hold(roomNames.isTaken(room), "a ghost is in no room") }
  }

  private func census() -> [Census] {
    var census = [Census](repeating: Census(), count: rooms.count)
    for it in memberships.items where it.state != .free {
      census[Int(it.room)].ties += 1
      if it.state == .present { census[Int(it.room)].present += 1 }
      if it.state == .away { census[Int(it.room)].away += 1 }
      if it.flags.contains(.touched) { census[Int(it.room)].touched += 1 }
    }
    return census
  }

  private func checkMembers(
    of index: Int32, _ census: Census, _ users: inout [UInt64: Int32]
  ) throws(BrokenInvariant) {
    let room = rooms[Int(index)]
    var (count, anonymous, asleep, distinct): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    var (before, member): (Int32, Int32) = (-1, room.firstMember)
    while member >= 0 {
      let it = memberships[member]
      try hold(it.state == .present, "\(member) is linked into room \(index) and not present")
      try hold(it.room == index, "\(member) is linked into another room than its own")
      try hold(it.previousInRoom == before, "\(member) is linked into its room one way only")
      count += 1
      try hold(Int(count) <= memberships.capacity, "the members of room \(index) have no end")
      if clients[Int(it.client)].flags.contains(.asleep) { asleep += 1 }
      if user(of: member) < 0 {
        anonymous += 1
      } else {
        let key = UInt64(UInt32(index)) << 32 | UInt64(UInt32(user(of: member)))
        if users[key] == nil { distinct += 1 }
        users[key, default: 0] += 1
      }
      (before, member) = (member, it.nextInRoom)
    }
    try hold(
      (count, anonymous, asleep, distinct) == (room.count, room.anonymous, room.asleep, room.users),
      "room \(index) is counted wrongly")
    try hold(census.present == count, "a member of room \(index) is not linked into it")
  }

  private func checkAway(of index: Int, _ census: Census) throws(BrokenInvariant) {
    var (count, before, member): (Int, Int32, Int32) = (0, -1, rooms[index].firstAway)
    while member >= 0, count <= memberships.capacity {
      let it = memberships[member]
      try hold(
        it.state == .away && it.room == Int32(index) && it.previousInRoom == before,
        "\(member) is linked wrongly among those who may come back to room \(index)")
      count += 1
      (before, member) = (member, it.nextInRoom)
    }
    try hold(Int(census.away) == count, "room \(index) does not know all who may come back to it")
  }

  private func checkTouches(of index: Int32, _ census: Census) throws(BrokenInvariant) {
    let room = rooms[Int(index)]
    var seen = Set<Int32>()
    for touch in room.touches {
      let it = memberships[touch.membership]
      try hold(it.state != .free, "room \(index) was touched by a membership that is free")
      try hold(it.room == index, "room \(index) was touched by a membership of another")
      try hold(it.flags.contains(.touched), "room \(index) was touched by one that says it was not")
      try hold(seen.insert(touch.membership).inserted, "room \(index) was touched twice by one")
    }
    try hold(Int(census.touched) == seen.count, "a touch of room \(index) is lost")
    try hold(
      room.touches.isEmpty || room.reserved > 0, "room \(index) has changes and no revision")
    try hold(
      max(room.revision, room.reserved) <= lastRevision, "room \(index) is ahead of revisions")
    if rules.tellsRecounts, room.flags.contains(.recounted) {
      try hold(
        room.least <= min(room.count, room.committedCount)
          && room.greatest >= max(room.count, room.committedCount),
        "the recount of room \(index) does not span its counts")
    }
  }

  /// A room in which nobody is, and of which nothing waits to be said, is cleared in its time, or goes when nobody waits
  /// to come back to it any more.
  func checkEmptyRooms() throws(BrokenInvariant) {
    var idle = 0
    let leaving = Set(idleRooms)
    for index in rooms.indices {
      let (room, number) = (rooms[index], Int32(index))
      let isTaken = roomNames.isTaken(number)
      let isIdle = isTaken && isIdle(number)
      if isIdle { idle += 1 }
      try hold(isIdle == room.flags.contains(.idle), "room \(index) is idle or not wrongly")
      try hold(!isIdle || leaving.contains(number), "room \(index) is idle and kept for ever")
      let isEmpty = isTaken && !isIdle && room.count == 0 && room.touches.isEmpty
      let isShown = room.flags.contains(.shown)
      let list = emptied.list(of: number)
      try hold(
        list == nil || isEmpty && list == (isShown ? Self.shownEmpty : Self.hiddenEmpty),
        "room \(index) is to be cleared although it should not be")
      try hold(
        !isEmpty || list != nil || ghosts[number] != nil, "room \(index) is empty and kept for ever"
      )
    }
    try hold(idle == idleCount, "\(idle) rooms are idle, counted as \(idleCount)")
    try hold(budgets.count <= NewRoomBudgets.limit, "too many budgets are kept")
  }

  /// What is kept in order is what sorting all members gives.
  func checkOrders() throws(BrokenInvariant) {
    for index in rooms.indices {
      let isHeaded = rooms[index].flags.contains(.headed)
      try hold(isHeaded == (heads[Int32(index)] != nil), "room \(index) has a head or none wrongly")
      let isRostered = rooms[index].flags.contains(.rostered)
      let rosters = rosters.isEmpty ? 0 : rosters.count { $0.room == Int32(index) }
      try hold(rosters == (isRostered ? 1 : 0), "room \(index) is paged through wrongly")
    }
    for (index, head) in heads {
      let (members, users) = sorted(index)
      try hold(members.starts(with: head.members), "the head of room \(index) is not in order")
      try hold(users.starts(with: head.users), "the users at the head of room \(index) are not")
      try hold(
        head.members.count >= min(rules.membersLimit, members.count)
          && head.users.count >= min(rules.membersLimit, users.count),
        "the head of room \(index) is too short")
    }
    for roster in rosters where roster.isWhole {
      let all = sorted(roster.room).members.filter { covers(roster, $0) }
      try hold(roster.members == all, "the pages of room \(roster.room) are not its members")
    }
  }
}
