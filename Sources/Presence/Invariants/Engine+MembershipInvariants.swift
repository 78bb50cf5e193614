/// Memberships: each stands in its client's list, and, while it is present, in its room's.
extension Engine {
  func checkMemberships() throws(BrokenInvariant) {
    var reached = Set<Int32>()
    for index in clients.indices { try checkRooms(of: Int32(index), &reached) }
    try hold(reached.count == memberships.count, "a membership is in no client's list")
    let present = reached.count { memberships[$0].state == .present }
    try hold(present == presences, "\(present) presences are counted as \(presences)")
  }

  private func checkRooms(of client: Int32, _ reached: inout Set<Int32>) throws(BrokenInvariant) {
    var rooms = Set<Int32>()
    var present: Int32 = 0
    var index = clients[Int(client)].firstMembership
    if clients[Int(client)].state == .free { index = -1 }
    while index >= 0 {
      let it = memberships[index]
      try hold(
        reached.insert(index).inserted, "membership \(index) is in two lists, or twice in one")
      try hold(it.client == client, "membership \(index) is in another client's list")
      try hold(rooms.insert(it.room).inserted, "client \(client) has two ties to room \(it.room)")
      try check(it, index)
      if it.state == .present { present += 1 }
      index = it.nextOfClient
    }
    guard clients[Int(client)].state != .free else { return }
    let counted = clients[Int(client)].presences
    try hold(counted == present, "client \(client) is in \(present) rooms, counted as \(counted)")
  }

  private func check(_ it: Membership, _ index: Int32) throws(BrokenInvariant) {
    let client = clients[Int(it.client)]
    try hold(roomNames.isTaken(it.room), "membership \(index) is of a room without a name")
    switch it.state {
    case .present: try hold(client.isPresent, "membership \(index) is of a client that is away")
    case .away:
      try hold(
        client.state == .away || client.isPresent && client.flags.contains(.hasAway),
        "membership \(index) waits for a client that does not know it")
      try hold(
        client.state != .dying || removals[it.client] != nil,
        "membership \(index) waits for a client of which nobody knows when it was removed")
    case .ended:
      try hold(it.flags.contains(.touched), "membership \(index) has ended and is kept")
    case .free: throw BrokenInvariant("membership \(index) is free and in a list")
    }
    let isAnnounced = it.flags.contains(.announced)
    try hold(
      it.flags.contains(.touched) || isAnnounced == (it.state == .present),
      "membership \(index) is not as announced, and no touch says so")
  }
}
