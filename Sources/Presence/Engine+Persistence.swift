/// What a database keeps of the engine, as rows under the engine's own small numbers, and how the
/// engine is made again from them.

/// A client's row. Its bytes are lent for the duration of a call.
public struct ClientRow {
  public var id: Int32
  public var user: UnsafeRawBufferPointer?
  public var name: UnsafeRawBufferPointer
  /// 1 online, 2 dying, 3 away.
  public var state: UInt8
  /// When it was removed, in milliseconds since 1970; only of meaning with rooms to come back to.
  public var mark: Int64
  /// Nanoseconds; -1: the default; 0: the will alone decides; below: that, and how soon it is to be confirmed.
  public var timeout: Int64
  /// -1: none.
  public var epoch: Int64
  public var statusHash: UInt64
  public var birthHash: UInt32
  public var isUnconfirmed: Bool
  public var data: [UInt8]?
  public var isAsleep = false
  /// The client that carries it; -1: none.
  public var gateway: Int32 = -1
  /// Whether it comes back with its gateway, and whether it ever does.
  public var isGated = false
  public var returnsAlone = false

  public init(
    id: Int32, user: UnsafeRawBufferPointer?, name: UnsafeRawBufferPointer, state: UInt8,
    mark: Int64, timeout: Int64, epoch: Int64, statusHash: UInt64, birthHash: UInt32,
    isUnconfirmed: Bool, data: [UInt8]?
  ) {
    self.id = id
    self.user = user
    self.name = name
    self.state = state
    self.mark = mark
    self.timeout = timeout
    self.epoch = epoch
    self.statusHash = statusHash
    self.birthHash = birthHash
    self.isUnconfirmed = isUnconfirmed
    self.data = data
  }
}

public struct MembershipRow: Equatable, Sendable {
  public var id: Int32
  public var client: Int32
  public var room: Int32
  /// 1 present, 2 away.
  public var state: UInt8
  /// Milliseconds since 1970.
  public var since: Int64
  public var data: [UInt8]?

  public init(id: Int32, client: Int32, room: Int32, state: UInt8, since: Int64, data: [UInt8]?) {
    self.id = id
    self.client = client
    self.room = room
    self.state = state
    self.since = since
    self.data = data
  }
}

/// A room's row. Its bytes are lent for the duration of a call.
public struct RoomRow {
  public var id: Int32
  public var name: UnsafeRawBufferPointer
  /// The highest that was given to it, announced or not.
  public var revision: Int64
  /// Milliseconds since 1970; `nil`: occupied, or not shown.
  public var emptiedAt: Int64?

  public init(id: Int32, name: UnsafeRawBufferPointer, revision: Int64, emptiedAt: Int64?) {
    self.id = id
    self.name = name
    self.revision = revision
    self.emptiedAt = emptiedAt
  }
}

/// The rows that differ from the database, by number; a number without a row is to be deleted.
public struct Unsaved: Equatable, Sendable {
  public var clients: ContiguousArray<Int32> = []
  public var memberships: ContiguousArray<Int32> = []
  public var rooms: ContiguousArray<Int32> = []
  /// How the counts of rooms changed; empty unless the rules want it.
  public var recounts: ContiguousArray<Recount> = []

  public init() {}

  /// Entries in all.
  public var count: Int { clients.count + memberships.count + rooms.count + recounts.count }
  public var isEmpty: Bool { count == 0 }

  /// Adds what has to be written after it.
  public mutating func append(_ later: Unsaved) {
    guard !isEmpty else { return self = later }
    clients.append(contentsOf: later.clients)
    memberships.append(contentsOf: later.memberships)
    rooms.append(contentsOf: later.rooms)
    recounts.append(contentsOf: later.recounts)
  }

  /// Takes out up to so many entries, and of recounts the oldest.
  public mutating func take(_ limit: Int) -> Unsaved {
    if count <= limit {
      defer { self = Unsaved() }
      return self
    }
    var taken = Unsaved()
    taken.rooms = Self.take(limit, of: &rooms)
    taken.clients = Self.take(limit - taken.count, of: &clients)
    taken.memberships = Self.take(limit - taken.count, of: &memberships)
    let few = recounts.prefix(limit - taken.count)
    taken.recounts = ContiguousArray(few)
    recounts.removeFirst(few.count)
    return taken
  }

  private static func take(
    _ limit: Int, of numbers: inout ContiguousArray<Int32>
  ) -> ContiguousArray<Int32> {
    let few = ContiguousArray(numbers.suffix(limit))
    numbers.removeLast(few.count)
    return few
  }
}

/// A row that refers to nothing, or stands twice: the database is damaged.
public struct RestoreError: Error, Equatable {
  public var row: String
}

extension Engine {
  public var hasUnsaved: Bool {
    !unsavedClients.isEmpty || !unsavedMemberships.isEmpty || !unsavedRooms.isEmpty
  }

  /// Rows that differ from the database.
  public var unsavedRows: Int {
    unsavedClients.count + unsavedMemberships.count + unsavedRooms.count
  }

  public var hasUnsavedRooms: Bool { !unsavedRooms.isEmpty }

  /// What is to be saved now; the engine takes it for saved from here on.
  public mutating func takeUnsaved() -> Unsaved {
    for index in unsavedClients { clients[Int(index)].flags.remove(.unsaved) }
    for index in unsavedMemberships { memberships[index].flags.remove(.unsaved) }
    for index in unsavedRooms { rooms[Int(index)].flags.remove(.unsaved) }
    var unsaved = Unsaved()
    unsaved.clients = unsavedClients
    unsaved.memberships = unsavedMemberships
    unsaved.rooms = unsavedRooms
    unsaved.recounts = takeRecounts()
    unsavedClients.removeAll(keepingCapacity: true)
    unsavedMemberships.removeAll(keepingCapacity: true)
    unsavedRooms.removeAll(keepingCapacity: true)
    return unsaved
  }

  /// Every number that may have a row.
  public var everything: Unsaved {
    var all = Unsaved()
    all.clients = ContiguousArray(0..<Int32(clients.count))
    all.memberships = ContiguousArray(0..<Int32(memberships.capacity))
    all.rooms = ContiguousArray(0..<Int32(rooms.count))
    return all
  }

  public func withClientRow<Result>(
    _ id: Int32, _ body: (ClientRow?) throws -> Result
  ) rethrows -> Result {
    let client = clients[Int(id)]
    guard client.isPresent || client.state == .away else { return try body(nil) }
    let isMarked = client.state == .away || client.flags.contains(.hasAway)
    return try clientNames.withName(id) { name in
      var row = ClientRow(
        id: id, user: nil, name: name, state: client.state.rawValue,
        mark: isMarked ? now.wall(at: removedAt(id)) : 0,
        timeout: client.timeout, epoch: client.epoch, statusHash: client.statusHash,
        birthHash: client.birthHash, isUnconfirmed: client.flags.contains(.unconfirmed),
        data: client.data >= 0 ? blobs[client.data] : nil)
      row.isAsleep = client.flags.contains(.asleep)
      row.gateway = client.gateway
      row.isGated = client.flags.contains(.gated)
      row.returnsAlone = client.flags.contains(.returnsAlone)
      guard let user = user(ofClient: id) else { return try body(row) }
      return try userNames.withName(user) { user in
        row.user = user
        return try body(row)
      }
    }
  }

  public func membershipRow(_ id: Int32) -> MembershipRow? {
    let it = memberships[id]
    guard it.state == .present || it.state == .away else { return nil }
    return MembershipRow(
      id: id, client: it.client, room: it.room, state: it.state.rawValue, since: it.since,
      data: it.data >= 0 ? blobs[it.data] : nil)
  }

  public func withRoomRow<Result>(
    _ id: Int32, _ body: (RoomRow?) throws -> Result
  ) rethrows -> Result {
    guard roomNames.isTaken(id) else { return try body(nil) }
    let room = rooms[Int(id)]
    let isEmptyAndShown = room.count == 0 && room.flags.contains(.shown)
    return try roomNames.withName(id) { name in
      try body(
        RoomRow(
          id: id, name: name, revision: max(room.revision, room.reserved),
          emptiedAt: isEmptyAndShown ? now.wall(at: room.emptiedAt) : nil))
    }
  }
}

/// What no row that this engine wrote goes beyond: were it believed of a damaged one, the numbers would
/// overflow, or the gaps between them would fill the memory.
private enum Limits {
  static let ids: Range<Int32> = 0..<200_000_000
  static let membershipIDs: Range<Int32> = 0..<1_000_000_000
  static let timeout = Duration.seconds(366 * 86_400).nanoseconds
  static let integers: ClosedRange<Int64> = 0...(1 << 53)
}

private func isName(_ bytes: UnsafeRawBufferPointer) -> Bool { (1...256).contains(bytes.count) }

/// Making an engine from rows: rooms first, then clients, then memberships, each in any order.
extension Engine {
  public mutating func restore(_ row: RoomRow, at now: Now) throws(RestoreError) {
    guard Limits.ids.contains(row.id), !roomNames.isTaken(row.id), isName(row.name),
      roomNames.find(row.name) == nil, Limits.integers.contains(row.revision),
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
    guard Limits.membershipIDs.contains(row.id), Limits.integers.contains(row.since),
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
