/// How the engine is made again from its rows.

/// A row that refers to nothing, or stands twice: the database is damaged.
public struct RestoreError: Error, Equatable {
  public var row: String
}

/// Making an engine from rows: rooms first, then clients, then memberships, each in any order.
extension Engine {
  public mutating func restore(_ row: RoomRow, at now: Now) throws(RestoreError) {
    guard RowBounds.ids.contains(row.id), !roomNames.isTaken(row.id),
      RowBounds.isName(row.name, upTo: RowBounds.roomLength),
      roomNames.find(row.name) == nil, Revision.all.contains(row.revision),
      row.emptiedAt.map(RowBounds.times.contains) ?? true
    else { throw RestoreError(row: "room \(row.id)") }
    roomNames.insert(row.name, at: row.id)
    var room = Room()
    room.revision = row.revision
    room.flags = .restored
    if let emptiedAt = row.emptiedAt {
      room.emptiedAt = now.instant(atWall: emptiedAt)
      room.flags.insert(.shown)
    }
    place(room, at: row.id)
    lastRevision = max(lastRevision, row.revision)
  }

  public mutating func restore(_ row: ClientRow, at now: Now) throws(RestoreError) {
    guard !clientNames.isTaken(row.id), Self.isPossible(row),
      let state = Client.State(rawValue: row.state),
      state == .online || state == .dying || state == .away
    else { throw RestoreError(row: "client \(row.id)") }
    var scope: Int32 = 0
    if let user = row.user {
      let index = userNames.find(user) ?? userNames.insert(user)
      tieUser(index)
      scope = index + 1
    }
    guard clientNames.find(row.name, scope: scope) == nil else {
      throw RestoreError(row: "client \(row.id)")
    }
    clientNames.insert(row.name, scope: scope, at: row.id)
    var client = Client(lastHeard: now.instant)
    client.state = state
    client.mark = state == .dying ? Client.heldDeath : now.instant(atWall: row.mark)
    client.timeout = row.timeout
    client.epoch = row.epoch
    client.deathHash = row.deathHash
    client.birthHash = row.birthHash
    if row.isUnconfirmed { client.flags.insert(.unconfirmed) }
    if row.isAsleep { client.flags.insert(.asleep) }
    if row.saidDeath { client.flags.insert(.saidDeath) }
    if row.isGated { client.flags.insert(.gated) }
    if row.returnsAlone { client.flags.insert(.returnsAlone) }
    client.gateway = row.gateway
    let (data, isKept) = restore(data: row.data)
    client.data = data
    place(client, at: row.id)
    if !isKept { save(client: row.id) }
    knownClients += 1
    if client.isPresent { presentClients += 1 }
    if state == .dying {
      if row.mark != 0 { removals[row.id] = now.instant(atWall: row.mark) }
      noteDying(row.id)
    }
  }

  private static func isPossible(_ row: ClientRow) -> Bool {
    RowBounds.ids.contains(row.id) && RowBounds.isName(row.name, upTo: RowBounds.levelLength)
      && row.user.map { RowBounds.isName($0, upTo: RowBounds.levelLength) } ?? true
      && RowBounds.times.contains(row.mark) && RowBounds.epochs.contains(row.epoch)
      && RowBounds.timeouts.contains(row.timeout) && RowBounds.isData(row.data)
      && (row.gateway == -1 || RowBounds.ids.contains(row.gateway)) && row.gateway != row.id
  }

  public mutating func restore(_ row: MembershipRow) throws(RestoreError) {
    guard RowBounds.membershipIDs.contains(row.id), RowBounds.sinces.contains(row.since),
      RowBounds.isData(row.data),
      clientNames.isTaken(row.client), roomNames.isTaken(row.room),
      membership(of: row.client, in: row.room) == nil,
      let state = Membership.State(rawValue: row.state), state == .present || state == .away,
      row.id >= memberships.capacity || memberships[row.id].state == .free,
      clients[Int(row.client)].isPresent || state == .away,
      clients[Int(row.client)].state != .dying || state == .present || removals[row.client] != nil
    else { throw RestoreError(row: "membership \(row.id)") }
    var blank = Membership(client: -1, room: -1)
    blank.state = .free
    var membership = Membership(client: row.client, room: row.room)
    membership.state = state
    membership.since = row.since
    membership.nextOfClient = clients[Int(row.client)].firstMembership
    let (data, isKept) = restore(data: row.data)
    membership.data = data
    if state == .present { membership.flags = .announced }
    memberships.restore(membership, at: row.id, blank: blank)
    if !isKept { save(membership: row.id) }
    clients[Int(row.client)].firstMembership = row.id
    rooms[Int(row.room)].ties += 1
    if state == .present {
      link(row.id)
      rooms[Int(row.room)].announcedCount += 1
      rooms[Int(row.room)].flags.insert(.shown)
    } else {
      linkAway(row.id)
      if clients[Int(row.client)].isPresent { clients[Int(row.client)].flags.insert(.hasAway) }
    }
  }

  /// Closes the gaps between the numbers, and puts who is away and what is empty in order.
  public mutating func finishRestoring(at now: Now) {
    self.now = now
    clientNames.finishRestoring()
    roomNames.finishRestoring()
    memberships.finishRestoring { $0.state == .free }
    var away: [Int32] = []
    for index in 0..<Int32(clients.count) where clientNames.isTaken(index) {
      if clients[Int(index)].state == .away { away.append(index) } else { schedule(index) }
    }
    away.sort { (clients[Int($0)].mark, $0) < (clients[Int($1)].mark, $1) }
    for index in away { timetable.park(index) }
    restoreGateways()
    var empty: [Int32] = []
    for index in 0..<Int32(rooms.count) where roomNames.isTaken(index) {
      if rooms[Int(index)].count == 0 { empty.append(index) }
    }
    empty.sort { (rooms[Int($0)].emptiedAt, $0) < (rooms[Int($1)].emptiedAt, $1) }
    for index in empty {
      emptied.append(index, to: isShown(index) ? Self.shownEmpty : Self.hiddenEmpty)
      noteIfIdle(index)
    }
    keepToMaxRooms()
    // What was read is what was committed.
    _ = takeRecounts()
  }

  /// The limit may be lower than it was.
  private mutating func keepToMaxRooms() {
    for list in [Self.hiddenEmpty, Self.shownEmpty] {
      while roomsInUse > rules.maxRooms, let room = emptied.first(of: list) { makeWay(room) }
    }
  }
}
