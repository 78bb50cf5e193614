/// Rooms: their members, their counts, what waits to be announced, and the orders that are kept for snapshots and pages.
extension Engine {
  func checkRooms() throws(BrokenInvariant) {
    var ties: [Int32: Int32] = [:]
    for it in memberships.items where it.state != .free { ties[it.room, default: 0] += 1 }
    var occupied = 0
    var users: [UInt64: Int32] = [:]
    for index in rooms.indices where roomNames.isTaken(Int32(index)) {
      let room = rooms[index]
      try hold(room.ties == ties[Int32(index)] ?? 0, "room \(index) has other ties than counted")
      try checkMembers(of: Int32(index), &users)
      try checkTouches(of: Int32(index))
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

  private func checkMembers(
    of index: Int32, _ users: inout [UInt64: Int32]
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
    let present = memberships.items.count { $0.room == index && $0.state == .present }
    try hold(present == Int(count), "a member of room \(index) is not linked into it")
  }

  private func checkTouches(of index: Int32) throws(BrokenInvariant) {
    let room = rooms[Int(index)]
    var seen = Set<Int32>()
    for touch in room.touches {
      let it = memberships[touch.membership]
      try hold(it.state != .free, "room \(index) was touched by a membership that is free")
      try hold(it.room == index, "room \(index) was touched by a membership of another")
      try hold(it.flags.contains(.touched), "room \(index) was touched by one that says it was not")
      try hold(seen.insert(touch.membership).inserted, "room \(index) was touched twice by one")
    }
    let touched = memberships.items.count {
      $0.state != .free && $0.room == index && $0.flags.contains(.touched)
    }
    try hold(touched == seen.count, "a touch of room \(index) is lost")
    try hold(
      room.touches.isEmpty || room.reserved > 0, "room \(index) has changes and no revision")
    try hold(max(room.revision, room.reserved) <= lastRevision, "room \(index) is ahead of revisions")
    if rules.tellsRecounts, room.flags.contains(.recounted) {
      try hold(
        room.least <= min(room.count, room.committedCount)
          && room.greatest >= max(room.count, room.committedCount),
        "the recount of room \(index) does not span its counts")
    }
  }

  /// A room that is shown though nobody is there, and of which nothing waits to be said, is cleared in its time.
  func checkEmptyRooms() throws(BrokenInvariant) {
    let waiting = Set(emptied.entries(of: 0))
    for index in rooms.indices where roomNames.isTaken(Int32(index)) {
      let room = rooms[index]
      let isWaiting = waiting.contains(Int32(index))
      try hold(
        !isWaiting || room.count == 0 && room.flags.contains(.shown) && room.touches.isEmpty,
        "room \(index) is to be cleared although it should not be")
      try hold(
        isWaiting || room.count > 0 || !room.flags.contains(.shown) || !room.touches.isEmpty
          || ghosts[Int32(index)] != nil,
        "room \(index) is empty and shown for ever")
      try hold(
        !isIdle(Int32(index)) || idleRooms.contains(Int32(index)),
        "room \(index) is idle and kept for ever")
    }
    for index in waiting { try hold(roomNames.isTaken(index), "\(index) is no room and empty") }
  }

  /// What is kept in order is what sorting all members gives.
  func checkOrders() throws(BrokenInvariant) {
    for index in rooms.indices {
      let isHeaded = rooms[index].flags.contains(.headed)
      try hold(isHeaded == (heads[Int32(index)] != nil), "room \(index) has a head or none wrongly")
      let isRostered = rooms[index].flags.contains(.rostered)
      let rosters = rosters.count { $0.room == Int32(index) }
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
