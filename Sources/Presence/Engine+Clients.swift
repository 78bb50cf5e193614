/// Clients come, are found by name, go away, and are forgotten.
extension Engine {
  @inline(__always)
  func find(_ who: Who) -> Int32? {
    scope(of: who).flatMap { clientNames.find(who.client, scope: $0) }
  }

  /// Within which a client's id is its own: 0, or that of its user; `nil` where the user is unknown.
  @inline(__always)
  func scope(of who: Who) -> Int32? {
    guard let user = who.user else { return 0 }
    return userNames.find(user).map { $0 + 1 }
  }

  /// The client, new if need be; `nil` and counted when there is no place for another. ``makePlace(for:_:spends:)``
  /// asks for it as well.
  mutating func findOrAdd(_ who: Who) -> Int32? {
    let index = find(who)
    if let index, clients[Int(index)].state != .gone { return index }
    guard makePlace() else {
      refuse(.clients)
      return nil
    }
    guard let index else { return add(who) }
    rebirth(index)
    return index
  }

  private mutating func add(_ who: Who) -> Int32 {
    var scope: Int32 = 0
    if let user = who.user {
      let index = userNames.find(user) ?? userNames.insert(user)
      tieUser(index)
      scope = index + 1
    }
    let index = clientNames.insert(who.client, scope: scope)
    begin(index)
    return index
  }

  /// Makes a record that of a client nothing is known of. It may stand in the list of those to save.
  private mutating func begin(_ index: Int32) {
    let isUnsaved =
      Int(index) < clients.count && clients[Int(index)].flags.contains(.unsaved)
    place(Client(lastHeard: now.instant), at: index)
    if isUnsaved { clients[Int(index)].flags = .unsaved }
    knownClients += 1
    presentClients += 1
    schedule(index)
    save(client: index)
  }

  /// Somebody who was forgotten in this very interval is back, as if new.
  private mutating func rebirth(_ index: Int32) {
    let ties = clients[Int(index)].firstMembership
    begin(index)
    clients[Int(index)].firstMembership = ties
  }

  mutating func place(_ client: Client, at index: Int32) {
    while clients.count <= Int(index) {
      var blank = Client(lastHeard: Instant(nanoseconds: 0))
      blank.state = .free
      clients.append(blank)
    }
    clients[Int(index)] = client
  }

  mutating func tieUser(_ user: Int32) {
    while userTies.count <= Int(user) { userTies.append(0) }
    userTies[Int(user)] += 1
  }

  /// At the limit, who has been away longest makes place.
  private mutating func makePlace() -> Bool {
    if knownClients < rules.maxClients { return true }
    guard let oldest = timetable.firstAway else { return false }
    forget(oldest, reason: .forgotten)
    return true
  }

  /// Takes a client out of all of its rooms; they are remembered in case it comes back, with those that
  /// may still wait for it since an earlier time.
  mutating func remove(_ index: Int32, reason: Reason) {
    if !isRevivable(index) { dropAway(of: index) }
    removals[index] = nil
    graces[index] = nil
    forEachMembership(of: index) { engine, membership in
      if engine.memberships[membership].state == .present {
        engine.withdraw(membership, to: .away, reason: reason)
      }
    }
    clients[Int(index)].state = .away
    clients[Int(index)].mark = now.instant
    clients[Int(index)].flags.remove([.unconfirmed, .hasAway])
    if reason != .gateway { clients[Int(index)].flags.remove(.asleep) }
    presentClients -= 1
    timetable.park(index)
    save(client: index)
    checkCarried(by: index)
  }

  /// Takes a client out of all of its rooms for good. Its name goes once that has been announced.
  mutating func forget(_ index: Int32, reason: Reason) {
    forEachMembership(of: index) { engine, membership in
      engine.end(membership, reason: reason)
    }
    if clients[Int(index)].isPresent { presentClients -= 1 }
    removals[index] = nil
    graces[index] = nil
    setData(nil, of: index)
    clients[Int(index)].state = .gone
    knownClients -= 1
    timetable.cancel(index)
    goneClients.append(index)
    save(client: index)
  }

  /// Calls `body` with each membership of a client; `body` may end it.
  mutating func forEachMembership(
    of client: Int32, _ body: (inout Engine, Int32) -> Void
  ) {
    var membership = clients[Int(client)].firstMembership
    while membership >= 0 {
      let next = memberships[membership].nextOfClient
      body(&self, membership)
      membership = next
    }
  }

  mutating func save(client index: Int32) {
    if clients[Int(index)].flags.insert(.unsaved).inserted { unsavedClients.append(index) }
  }

  /// Frees what was kept only until it was announced. Indices in earlier answers are void after it.
  public mutating func reclaim() {
    guard !goneClients.isEmpty || !idleRooms.isEmpty else { return }
    var kept: ContiguousArray<Int32> = []
    for index in goneClients where clients[Int(index)].state == .gone {
      if clients[Int(index)].firstMembership < 0 { free(client: index) } else { kept.append(index) }
    }
    goneClients = kept
    for index in idleRooms where rooms[Int(index)].flags.contains(.idle) { free(room: index) }
    idleRooms.removeAll(keepingCapacity: true)
  }

  private mutating func free(client index: Int32) {
    let scope = clientNames.scope(of: index)
    clientNames.remove(index)
    clients[Int(index)].state = .free
    clients[Int(index)].gateway = -1
    release(carriedBy: index)
    guard scope > 0 else { return }
    userTies[Int(scope - 1)] -= 1
    if userTies[Int(scope - 1)] == 0 { userNames.remove(scope - 1) }
  }
}
