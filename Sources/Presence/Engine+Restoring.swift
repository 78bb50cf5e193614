/// How the engine is made again from its rows.

/// A row that refers to nothing, or stands twice: the database is damaged.
public struct RestoreError: Error, Equatable {
  public var row: String
}

/// What no row that this engine wrote goes beyond: were it believed of a damaged one, the numbers would
/// overflow, or the gaps between them would fill the memory.
private enum Limits {
  static let ids: Range<Int32> = 0..<200_000_000
  static let membershipIDs: Range<Int32> = 0..<1_000_000_000
  static let timeout = Duration.seconds(366 * 86_400).nanoseconds
  static let integers: ClosedRange<Int64> = 0...(1 << 53)
  /// A retained snapshot tells since when somebody has been present, which may be before 1970.
  static let times: ClosedRange<Int64> = -(1 << 53)...(1 << 53)
}

private func isName(_ bytes: UnsafeRawBufferPointer) -> Bool { (1...256).contains(bytes.count) }

/// Making an engine from rows: rooms first, then clients, then memberships, each in any order.
extension Engine {
  public mutating func restore(_ row: RoomRow, at now: Now) throws(RestoreError) {
    guard Limits.ids.contains(row.id), !roomNames.isTaken(row.id), isName(row.name),
      roomNames.find(row.name) == nil, Revision.all.contains(row.revision),
      row.emptiedAt.map(Limits.integers.contains) ?? true
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
    guard Limits.ids.contains(row.id), !clientNames.isTaken(row.id), isName(row.name),
      row.user.map(isName) ?? true, Limits.integers.contains(row.mark),
      row.epoch == -1 || Limits.integers.contains(row.epoch),
      row.timeout >= -Limits.timeout, row.gateway == -1 || Limits.ids.contains(row.gateway),
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
    client.statusHash = row.statusHash
    client.birthHash = row.birthHash
    if row.isUnconfirmed { client.flags.insert(.unconfirmed) }
    if row.isAsleep { client.flags.insert(.asleep) }
    if row.isGated { client.flags.insert(.gated) }
    if row.returnsAlone { client.flags.insert(.returnsAlone) }
    client.gateway = row.gateway
    client.data = row.data.map { blobs.insert($0) } ?? -1
    place(client, at: row.id)
    knownClients += 1
    if client.isPresent { presentClients += 1 }
    if state == .dying {
      if row.mark != 0 { removals[row.id] = now.instant(atWall: row.mark) }
      noteDying(row.id)
    }
  }

  public mutating func restore(_ row: MembershipRow) throws(RestoreError) {
    guard Limits.membershipIDs.contains(row.id), Limits.times.contains(row.since),
      clientNames.isTaken(row.client), roomNames.isTaken(row.room),
      membership(of: row.client, in: row.room) == nil,
      let state = Membership.State(rawValue: row.state), state == .present || state == .away,
      row.id >= memberships.capacity || memberships[row.id].state == .free,
      state == .away || clients[Int(row.client)].isPresent
    else { throw RestoreError(row: "membership \(row.id)") }
    var blank = Membership(client: -1, room: -1)
    blank.state = .free
    var membership = Membership(client: row.client, room: row.room)
    membership.state = state
    membership.since = row.since
    membership.nextOfClient = clients[Int(row.client)].firstMembership
    membership.data = row.data.map { blobs.insert($0) } ?? -1
    if state == .present { membership.flags = .announced }
    memberships.restore(membership, at: row.id, blank: blank)
    clients[Int(row.client)].firstMembership = row.id
    rooms[Int(row.room)].ties += 1
    if state == .present {
      link(row.id)
      rooms[Int(row.room)].announcedCount += 1
      rooms[Int(row.room)].flags.insert(.shown)
    } else if clients[Int(row.client)].isPresent {
      clients[Int(row.client)].flags.insert(.hasAway)
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
      if rooms[Int(index)].count == 0, isShown(index) { empty.append(index) }
      if isIdle(index) { idleRooms.append(index) }
    }
    empty.sort { (rooms[Int($0)].emptiedAt, $0) < (rooms[Int($1)].emptiedAt, $1) }
    for index in empty { emptied.append(index, to: 0) }
    // What was read is what was committed.
    _ = takeRecounts()
  }
}
