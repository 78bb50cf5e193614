/// What clients say, to the reference.
extension Reference {
  struct Birth {
    var rooms: [String]?
    var epoch: Int?
    var timeout: Int?
    var data: String?

    var text: String { "online \(rooms ?? ["-"]) \(epoch ?? -1) \(timeout ?? -1) \(data ?? "-")" }
  }

  mutating func beat(_ name: String, epoch: Int?, timeout: Int?) {
    guard let client = clients[name] else { return }
    if let epoch, let own = client.epoch, epoch < own {
      stale += 1
      return
    }
    guard client.isPresent || isRevivable(client) else { return }
    if epoch == nil { forgetEpochOfAbsent(name) }
    hear(name)
    revive(name)
    if let timeout { clients[name]?.timeout = timeout }
  }

  mutating func join(_ name: String, _ room: String, data: String?) {
    let held = clients[name]?.rooms ?? []
    guard held.contains(room) || held.count < rules.maxRooms else {
      limited += 1
      return
    }
    forgetEpochOfAbsent(name)
    hear(name)
    if var client = clients[name], !client.rooms.union(client.waiting).contains(room),
      client.rooms.count + client.waiting.count >= rules.maxRooms
    {
      client.waiting = []
      clients[name] = client
    }
    enter(name, room, "joined")
    if let data { clients[name]?.ownData[room] = data == "{}" ? nil : data }
  }

  mutating func leave(_ name: String, _ room: String) {
    guard let client = clients[name] else { return }
    if client.isPresent { hear(name) }
    clients[name]?.heardIn = connection
    exit(name, room, "left")
  }

  mutating func forget(_ name: String) {
    guard let client = clients[name] else { return }
    for room in client.rooms { exit(name, room, "forgotten") }
    clients[name] = nil
  }

  mutating func online(_ name: String, _ birth: Birth) {
    if let rooms = birth.rooms, rooms.count > rules.maxRooms {
      limited += 1
      return
    }
    forgetEpochOfAbsent(name)
    hear(name)
    if let epoch = birth.epoch { clients[name]?.epoch = epoch }
    apply(name, birth)
  }

  mutating func offline(_ name: String, epoch: Int?) {
    guard let client = clients[name] else { return }
    if let epoch, let own = client.epoch, epoch < own {
      stale += 1
      return
    }
    clients[name]?.heardIn = connection
    clients[name]?.lastDeath = "offline \(epoch ?? -1)"
    if client.isPresent, client.death == nil { die(name) }
  }

  mutating func claimOnline(_ name: String, _ birth: Birth) {
    if let client = clients[name] {
      if client.lastBirth == birth.text || client.heardIn == connection { return }
      if let epoch = birth.epoch, let own = client.epoch, epoch < own {
        stale += 1
        return
      }
    }
    if let rooms = birth.rooms, rooms.count > rules.maxRooms {
      limited += 1
      return
    }
    // No sign of life, but whoever was not there before has a timeout from now.
    let before = clients[name]
    hear(name)
    clients[name]?.heardIn = before?.heardIn
    if let before, before.isPresent {
      clients[name]?.lastHeard = before.lastHeard
      clients[name]?.mustBeHeard = before.mustBeHeard
    }
    if let epoch = birth.epoch { clients[name]?.epoch = epoch }
    apply(name, birth)
  }

  mutating func claimOffline(_ name: String, epoch: Int?) {
    let text = "offline \(epoch ?? -1)"
    guard let client = clients[name] else { return }
    if let epoch, let own = client.epoch, epoch < own {
      stale += 1
      return
    }
    let isKnown = client.lastDeath == text && client.heardIn != connection
    if isKnown || client.heardIn == connection {
      guard client.isPresent, client.timeout == 0, !isKnown || client.death == nil else { return }
      clients[name]?.mustBeHeard = true
      clients[name]?.lastHeard = now
      return
    }
    clients[name]?.lastDeath = text
    if client.isPresent, client.death == nil { die(name) }
  }
}

/// What the messages have in common.
extension Reference {
  /// A word without a number tells of no connection.
  private mutating func forgetEpochOfAbsent(_ name: String) {
    if clients[name]?.isPresent == false { clients[name]?.epoch = nil }
  }

  private mutating func hear(_ name: String) {
    var client = clients[name] ?? Client(lastHeard: now)
    if !client.isPresent, !isRevivable(client) { client.waiting = [] }
    client.isPresent = true
    client.lastHeard = now
    client.heardIn = connection
    client.death = nil
    client.mustBeHeard = false
    clients[name] = client
  }

  private mutating func die(_ name: String) {
    if phase == .live, rules.offlineGrace == 0 { return remove(name, "offline") }
    clients[name]?.death = phase == .live ? .at(now + rules.offlineGrace) : .found
  }

  private mutating func apply(_ name: String, _ birth: Birth) {
    if let timeout = birth.timeout { clients[name]?.timeout = timeout }
    if let data = birth.data { clients[name]?.data = data == "{}" ? nil : data }
    if let rooms = birth.rooms {
      for room in clients[name]?.rooms ?? [] where !rooms.contains(room) {
        exit(name, room, "left")
      }
      for room in rooms { enter(name, room, "joined") }
    } else {
      revive(name)
    }
    drop(name)
    clients[name]?.lastBirth = birth.text
  }

  private mutating func revive(_ name: String) {
    guard let client = clients[name] else { return }
    if isRevivable(client) { for room in client.waiting { enter(name, room, "revived") } }
    drop(name)
  }

  private mutating func drop(_ name: String) { clients[name]?.waiting = [] }

  private mutating func enter(_ name: String, _ room: String, _ reason: String) {
    guard var client = clients[name], !client.rooms.contains(room) else { return }
    if !client.waiting.contains(room) { client.ownData[room] = nil }
    client.waiting.remove(room)
    client.rooms.insert(room)
    clients[name] = client
    since[room, default: [:]][name] = announced[room]?[name]?.since ?? now
    reasons[room, default: [:]][name] = reason
  }

  private mutating func exit(_ name: String, _ room: String, _ reason: String) {
    clients[name]?.waiting.remove(room)
    guard clients[name]?.rooms.remove(room) != nil else { return }
    reasons[room, default: [:]][name] = reason
  }
}
