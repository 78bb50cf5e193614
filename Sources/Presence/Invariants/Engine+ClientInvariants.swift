/// Clients: their counts, their names and users, their times, and their gateways.
extension Engine {
  func checkUsers() throws(BrokenInvariant) {
    var ties = [Int32](repeating: 0, count: max(userNames.capacity, userTies.count))
    for index in clients.indices where clientNames.isTaken(Int32(index)) {
      guard let user = user(ofClient: Int32(index)) else { continue }
      try hold(userNames.isTaken(user), "client \(index) has a user without a name")
      ties[Int(user)] += 1
    }
    for user in ties.indices {
      let kept = user < userTies.count ? userTies[user] : 0
      try hold(kept == ties[user], "user \(user) has \(ties[user]) clients, counted as \(kept)")
      try hold(userNames.isTaken(Int32(user)) == (ties[user] > 0), "user \(user) is kept or lost")
    }
  }

  func checkClients() throws(BrokenInvariant) {
    var (known, present) = (0, 0)
    let (leaving, dying) = (Set(goneClients), Set(dying))
    for index in clients.indices {
      let client = clients[index]
      let isTaken = clientNames.isTaken(Int32(index))
      try hold(isTaken == (client.state != .free), "client \(index) has a name or none wrongly")
      guard isTaken else { continue }
      if client.state != .gone { known += 1 }
      if client.isPresent { present += 1 }
      try check(client, Int32(index))
      try hold(
        client.state != .gone || leaving.contains(Int32(index)), "client \(index) is gone for ever")
      try hold(
        client.state != .dying || dying.contains(Int32(index)),
        "client \(index) is dying unnoticed")
    }
    try hold(known == knownClients, "\(known) clients are known, counted as \(knownClients)")
    try hold(present == presentClients, "\(present) are present, counted as \(presentClients)")
  }

  private func check(_ client: Client, _ index: Int32) throws(BrokenInvariant) {
    let isGone = client.state == .gone
    try hold(!isGone || client.data < 0, "client \(index) is gone and has data")
    try hold(
      client.state == .dying || removals[index] == nil,
      "client \(index) is not dying, and its removal is kept")
    try hold(
      client.state != .away || !client.flags.contains(.hasAway),
      "client \(index) is away and present again")
  }

  /// Who is present and can fall silent is looked at in time; who is away is parked in order of going; nobody else is
  /// in the timetable.
  func checkTimes() throws(BrokenInvariant) {
    var away = 0
    for index in clients.indices {
      let (client, number) = (clients[index], Int32(index))
      switch client.state {
      case .online, .dying:
        let deadline = deadline(of: number)
        try hold(
          deadline == .never || timetable.isLooked(at: number, by: deadline),
          "client \(index) is looked at after its deadline")
      case .away: away += 1
      case .gone, .free:
        try hold(!timetable.contains(number), "client \(index) is gone and in the timetable")
      }
    }
    let parked = timetable.parked()
    try hold(parked.count == away, "\(away) clients are away and \(parked.count) parked")
    for (place, index) in parked.enumerated() {
      try hold(clients[Int(index)].state == .away, "client \(index) is parked and not away")
      guard place > 0 else { continue }
      let isInOrder = clients[Int(parked[place - 1])].mark <= clients[Int(index)].mark
      try hold(isInOrder, "client \(index) is parked behind one that went later")
    }
  }

  func checkGateways() throws(BrokenInvariant) {
    let awaited = Set(unchecked[checked...])
    let listed = carried.mapValues { Set($0.clients) }
    for index in clients.indices where clients[index].gateway >= 0 {
      let gateway = clients[index].gateway
      try hold(clientNames.isTaken(gateway), "client \(index) is carried by nobody")
      let isListed = listed[gateway]?.contains(Int32(index)) ?? false
      try hold(isListed, "gateway \(gateway) does not know that it carries \(index)")
      try hold(
        agrees(Int32(index)) || awaited.contains(Int32(index)),
        "client \(index) does not follow its gateway \(gateway)")
    }
    for (gateway, list) in carried {
      try hold(clientNames.isTaken(gateway), "\(gateway) is no client and carries some")
      try hold(
        list.clients.allSatisfy { clients.indices.contains(Int($0)) },
        "gateway \(gateway) carries who does not exist")
    }
  }
}
