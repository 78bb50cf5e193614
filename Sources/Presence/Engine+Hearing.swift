/// Live messages: each is a sign of life of the client that its topic names.
extension Engine {
  /// Takes in a heartbeat; `beat` is `nil` where the payload said nothing.
  ///
  /// The common case is one look-up and two stores: the timetable is not moved.
  public mutating func heartbeat(_ who: Who, _ beat: Heartbeat? = nil, at now: Now) {
    self.now = now
    counters.heartbeats += 1
    guard let index = find(who) else {
      counters.heartbeatsUnknown += 1
      return
    }
    if beat == nil { plainHeartbeat(index) } else { slowHeartbeat(index, beat) }
  }

  @inline(__always)
  mutating func plainHeartbeat(_ index: Int32) {
    guard clients[Int(index)].state == .online,
      clients[Int(index)].flags.isDisjoint(with: [.hasAway, .unconfirmed])
    else { return slowHeartbeat(index, nil) }
    clients[Int(index)].lastHeard = now.instant
    clients[Int(index)].connection = connection
    if clients[Int(index)].gateway >= 0 { hearGateway(of: index) }
  }

  private mutating func slowHeartbeat(_ index: Int32, _ beat: Heartbeat?) {
    let client = clients[Int(index)]
    if client.state != .gone, isStale(beat?.epoch, for: index) { return }
    switch client.state {
    case .online, .dying:
      heard(index)
      if isRevivable(index) { reviveRooms(of: index) } else { dropAway(of: index) }
    case .away where isRevivable(index):
      comeBack(index)
      if beat?.epoch == nil { forgetEpoch(of: index) }
      reviveRooms(of: index)
    case .away, .gone, .free:
      counters.heartbeatsUnknown += 1
      return
    }
    if let timeout = beat?.timeout { setTimeout(Client.timeout(timeout), of: index) }
    hearGateway(of: index)
  }

  /// Takes in a live status. `hash` identifies the payload from one run to the next.
  public mutating func status(_ who: Who, _ status: Status, hash: UInt64, at now: Now) {
    self.now = now
    switch status {
    case .online(let birth): born(who, birth, hash)
    case .offline(let death): died(who, death, hash)
    case .forget:
      guard let index = find(who), clients[Int(index)].state != .gone else { return }
      forget(index, reason: .forgotten)
    }
  }

  private mutating func born(_ who: Who, _ birth: Birth, _ hash: UInt64) {
    guard makePlace(for: who, birth.rooms, spends: true), let index = findOrAdd(who) else { return }
    isThere(index)
    if let epoch = birth.epoch { setEpoch(epoch, of: index) }
    apply(birth, to: index)
    setStatusHash(hash, birth: true, of: index)
    hearGateway(of: index)
  }

  /// What births and claims have in common.
  mutating func apply(_ birth: Birth, to index: Int32) {
    if let timeout = birth.timeout {
      let confirmation = timeout == .zero ? birth.confirmation : nil
      setTimeout(Client.timeout(timeout, confirmation: confirmation), of: index)
    }
    if let data = birth.data { setData(data, of: index) }
    setAsleep(birth.isAsleep, of: index)
    if let rooms = birth.rooms {
      replaceRooms(of: index, with: rooms, departure: birth.departure)
    } else if isRevivable(index) {
      reviveRooms(of: index)
    }
    dropAway(of: index)
    schedule(index)
  }

  private mutating func died(_ who: Who, _ death: Death, _ hash: UInt64) {
    guard let index = find(who), clients[Int(index)].state != .gone else { return }
    if isStale(death.epoch, for: index) { return }
    setStatusHash(hash, birth: false, of: index)
    clients[Int(index)].connection = connection
    clients[Int(index)].flags.remove([.claimed, .gated])
    switch clients[Int(index)].state {
    case .online: beginDying(index, grace: death.grace)
    case .dying where death.grace == nil: hasten(index)
    default: break
    }
  }

  /// From here on, unless it is heard in time, the client is dead.
  mutating func beginDying(_ index: Int32, grace own: Duration? = nil) {
    let grace = max(own ?? .zero, rules.offlineGrace)
    if phase == .live, grace == .zero { return remove(index, reason: .offline) }
    if clients[Int(index)].flags.contains(.hasAway) { removals[index] = clients[Int(index)].mark }
    graces[index] = own
    clients[Int(index)].state = .dying
    clients[Int(index)].mark = phase == .live ? now.instant + grace : Client.foundDeath
    noteDying(index)
    schedule(index)
    save(client: index)
  }

  /// The death of one whose death was doubted is certain now.
  private mutating func hasten(_ index: Int32) {
    guard graces.removeValue(forKey: index) != nil, phase == .live else { return }
    clients[Int(index)].mark = min(clients[Int(index)].mark, now.instant + rules.offlineGrace)
    schedule(index)
  }

  /// Takes in what a client says of one room.
  public mutating func room(
    _ who: Who, _ room: UnsafeRawBufferPointer, _ action: RoomAction, at now: Now
  ) {
    self.now = now
    switch action {
    case .join(let data): join(who, room, data)
    case .leave: leave(who, room)
    }
  }

  private mutating func join(_ who: Who, _ name: UnsafeRawBufferPointer, _ data: [UInt8]?) {
    guard makePlace(for: who, in: name), let index = findOrAdd(who) else { return }
    let room = findOrAdd(room: name)
    isThere(index)
    dropAway(for: room, of: index)
    enter(index, room, data: data, reason: .joined)
    hearGateway(of: index)
  }

  private mutating func leave(_ who: Who, _ name: UnsafeRawBufferPointer) {
    guard let index = find(who) else { return }
    if clients[Int(index)].isPresent { heard(index) }
    // Also of one that is away: no replay undoes it.
    clients[Int(index)].connection = connection
    hearGateway(of: index)
    guard let room = roomNames.find(name), let membership = membership(of: index, in: room)
    else { return }
    end(membership, reason: .left)
  }
}

/// Steps that live messages share.
extension Engine {
  /// A word of one that is known, wherever it was.
  private mutating func isThere(_ index: Int32) {
    guard clients[Int(index)].state == .away else { return heard(index) }
    comeBack(index)
    forgetEpoch(of: index)
  }

  /// A sign of life of a client that is present: a pending death is off.
  mutating func heard(_ index: Int32) {
    clients[Int(index)].lastHeard = now.instant
    clients[Int(index)].connection = connection
    if clients[Int(index)].state == .dying {
      stopDying(index)
      schedule(index)
    }
    if clients[Int(index)].flags.remove(.unconfirmed) != nil {
      save(client: index)
      schedule(index)
    }
  }

  mutating func stopDying(_ index: Int32) {
    clients[Int(index)].state = .online
    clients[Int(index)].mark = removals.removeValue(forKey: index) ?? now.instant
    graces[index] = nil
    save(client: index)
  }

  private mutating func replaceRooms(
    of index: Int32, with names: [[UInt8]], departure: Reason
  ) {
    var wanted: [Int32] = []
    for name in names {
      wanted.append(name.withUnsafeBytes { findOrAdd(room: $0) })
    }
    forEachMembership(of: index) { engine, membership in
      if !wanted.contains(engine.memberships[membership].room) {
        engine.end(membership, reason: departure)
      }
    }
    for room in wanted { enter(index, room, data: nil, reason: .joined) }
  }

  /// Whether a word is of an earlier connection than the client's; counted if so. No epoch is below 0: such a number
  /// says nothing.
  mutating func isStale(_ epoch: Int64?, for index: Int32) -> Bool {
    guard let epoch, epoch >= 0, epoch < clients[Int(index)].epoch else { return false }
    counters.stale += 1
    return true
  }

  mutating func setEpoch(_ epoch: Int64, of index: Int32) {
    guard epoch >= 0, clients[Int(index)].epoch != epoch else { return }
    clients[Int(index)].epoch = epoch
    save(client: index)
  }

  private mutating func setTimeout(_ timeout: Int64, of index: Int32) {
    guard clients[Int(index)].timeout != timeout else { return }
    clients[Int(index)].timeout = timeout
    schedule(index)
    save(client: index)
  }

  mutating func setStatusHash(_ hash: UInt64, birth: Bool, of index: Int32) {
    let half = Self.half(hash)
    let known = birth ? clients[Int(index)].birthHash : clients[Int(index)].deathHash
    guard known != half || clients[Int(index)].flags.contains(.saidDeath) == birth else { return }
    if birth {
      clients[Int(index)].birthHash = half
      clients[Int(index)].flags.remove(.saidDeath)
    } else {
      clients[Int(index)].deathHash = half
      clients[Int(index)].flags.insert(.saidDeath)
    }
    save(client: index)
  }

  static func half(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) | 1 }
}
