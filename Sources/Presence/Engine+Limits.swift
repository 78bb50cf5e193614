/// Limits: what a message needs is granted as a whole or not at all, and what is refused is counted by its key.
///
/// At a limit, what nobody has a use for makes place for what is new: the client that has been away longest, and the
/// room that has been empty longest. Nothing present ever does.
extension Engine {
  /// The rooms that a message puts its client into.
  struct WantedRooms {
    /// Those that exist; of interest only at a limit.
    var known: [Int32] = []
    var new = 0
    var count: Int { known.count + new }
  }

  func wanted(_ names: [[UInt8]]) -> WantedRooms {
    var wanted = WantedRooms()
    for name in names {
      if let room = name.withUnsafeBytes({ existing($0) }) {
        wanted.known.append(room)
      } else {
        wanted.new += 1
      }
    }
    return wanted
  }

  /// A room that holds a place. An idle one has a name only until ``reclaim()``; mostly there is none, and the room's
  /// record need not be fetched to know.
  @inline(__always)
  func existing(_ name: UnsafeRawBufferPointer) -> Int32? {
    guard let room = roomNames.find(name) else { return nil }
    return idleCount > 0 && rooms[Int(room)].flags.contains(.idle) ? nil : room
  }

  /// Makes place for the rooms of a birth.
  ///
  /// - Parameter spends: whether new rooms are charged to the client's budget. What a client says live is. What a
  ///   retained topic claims is not: a topic retains one message, so it cannot be said again and again, and a whole
  ///   fleet is replayed at once where the database was lost.
  mutating func makePlace(for who: Who, _ rooms: [[UInt8]]?, spends: Bool) -> Bool {
    guard let rooms else { return true }
    guard rooms.count <= rules.maxRoomsPerClient else { return refuse(.roomsPerClient) }
    var new = 0
    for name in rooms where name.withUnsafeBytes({ existing($0) }) == nil { new += 1 }
    let isAtLimit =
      memberships.count + rooms.count > rules.maxPresences || roomsInUse + new > rules.maxRooms
    if isAtLimit { return makePlace(for: who, wanted(rooms), spends: spends) }
    return new == 0 || makePlace(for: who, WantedRooms(new: new), spends: spends)
  }

  /// Makes place for a join. Joining a room that exists costs no place for a room.
  @inline(__always)
  mutating func makePlace(for who: Who, in name: UnsafeRawBufferPointer) -> Bool {
    let room = existing(name)
    guard mayEnter(who, room) else { return refuse(.roomsPerClient) }
    if room != nil, memberships.count < rules.maxPresences { return true }
    let wanted = room.map { WantedRooms(known: [$0]) } ?? WantedRooms(new: 1)
    return makePlace(for: who, wanted, spends: true)
  }

  private func mayEnter(_ who: Who, _ room: Int32?) -> Bool {
    guard let index = find(who) else { return rules.maxRoomsPerClient > 0 }
    if Int(clients[Int(index)].presences) < rules.maxRoomsPerClient { return true }
    guard let held = room.flatMap({ membership(of: index, in: $0) }) else { return false }
    return memberships[held].state == .present
  }

  /// Nothing is changed before all of it is known to be granted.
  mutating func makePlace(for who: Who, _ wanted: WantedRooms, spends: Bool) -> Bool {
    guard hasPlace(for: who) else { return refuse(.clients) }
    let name = spends && wanted.new > 0 ? budgetKey(of: who) : 0
    if name != 0 {
      let rate = rules.maxNewRooms
      guard budgets.allows(wanted.new, to: name, rate, at: now.instant) else {
        return refuse(.newRooms)
      }
    }
    guard let forgotten = clientsToForget(for: who, wanted) else { return refuse(.presences) }
    guard let cleared = roomsToClear(for: wanted) else { return refuse(.rooms) }
    if name != 0 { budgets.charge(wanted.new, to: name, rules.maxNewRooms, at: now.instant) }
    for client in forgotten { forget(client, reason: .forgotten) }
    for room in cleared { makeWay(room) }
    return true
  }

  /// Counts what is refused; `false`, for the one who asked.
  @discardableResult
  mutating func refuse(_ limit: Limit) -> Bool {
    counters.limits[limit] += 1
    return false
  }

  private func hasPlace(for who: Who) -> Bool {
    if let index = find(who), clients[Int(index)].state != .gone { return true }
    return knownClients < rules.maxClients || timetable.firstAway != nil
  }

  /// By the bytes of the name: numbers are given anew.
  private func budgetKey(of who: Who) -> UInt64 {
    let user = who.user.map { userNames.key($0, scope: 1).hash } ?? 0
    return max(1, clientNames.key(who.client, scope: 0).hash &+ user &* 0x9e37_79b9_7f4a_7c15)
  }
}

/// Who and what makes place.
extension Engine {
  /// How many clients and rooms are looked at to find those that make place, beyond those that are needed.
  private static var looks: Int { 256 }
  /// A room for which more clients wait does not make place for one that joins: that would hold up everybody.
  private static var mostWaiting: Int32 { 1_000 }

  var roomsInUse: Int { roomNames.count - idleCount }

  /// Those longest away, until enough of their ties are free for what is wanted; `nil`: they are not.
  private func clientsToForget(for who: Who, _ wanted: WantedRooms) -> [Int32]? {
    guard memberships.count + wanted.count > rules.maxPresences else { return [] }
    let own = find(who)
    let held = own.map { own in wanted.known.count { membership(of: own, in: $0) != nil } } ?? 0
    var missing = memberships.count + wanted.count - held - rules.maxPresences
    var forgotten: [Int32] = []
    for client in timetable.parked(first: Self.looks) where missing > 0 && client != own {
      missing -= freeTies(of: client)
      forgotten.append(client)
    }
    return missing > 0 ? nil : forgotten
  }

  /// The ties that go with a client at once: those that were touched stay until they are announced.
  private func freeTies(of client: Int32) -> Int {
    var count = 0
    var index = clients[Int(client)].firstMembership
    while index >= 0 {
      if !memberships[index].flags.contains(.touched) { count += 1 }
      index = memberships[index].nextOfClient
    }
    return count
  }

  /// Those empty longest: first rooms that nobody may come back to, then those no longer shown, then the rest.
  private func roomsToClear(for wanted: WantedRooms) -> [Int32]? {
    let missing = roomsInUse + wanted.new - rules.maxRooms
    guard missing > 0, wanted.new > 0 else { return [] }
    var found: [Int32] = []
    let spared = Set(wanted.known)
    func look(_ list: Int, _ ties: ClosedRange<Int32>) {
      for room in emptied.entries(of: list, first: Self.looks + missing)
      where found.count < missing && ties.contains(rooms[Int(room)].ties) {
        if !spared.contains(room) { found.append(room) }
      }
    }
    look(Self.shownEmpty, 0...0)
    look(Self.hiddenEmpty, 1...Self.mostWaiting)
    look(Self.shownEmpty, 1...Self.mostWaiting)
    return found.count < missing ? nil : found
  }

  /// Clears an empty room before its time. Clients that might have come back to it find it gone.
  mutating func makeWay(_ room: Int32) {
    guard !rooms[Int(room)].flags.contains(.idle) else { return }
    counters.roomsMadeWay += 1
    while rooms[Int(room)].firstAway >= 0 { end(rooms[Int(room)].firstAway, reason: .left) }
    if isShown(room) { hide(room) }
  }
}
