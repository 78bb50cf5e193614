/// What a database keeps of the engine, as rows under the engine's own small numbers.

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
  /// Of the last death and of the last birth, as half of the hash of what was said; 0: none.
  public var deathHash: UInt32
  public var birthHash: UInt32
  public var isUnconfirmed: Bool
  public var data: [UInt8]?
  public var isAsleep = false
  /// The client that carries it; -1: none.
  public var gateway: Int32 = -1
  /// Whether it comes back with its gateway, and whether it ever does.
  public var isGated = false
  /// Whether its topic said its death last.
  public var saidDeath = false
  public var returnsAlone = false

  public init(
    id: Int32, user: UnsafeRawBufferPointer?, name: UnsafeRawBufferPointer, state: UInt8,
    mark: Int64, timeout: Int64, epoch: Int64, deathHash: UInt32, birthHash: UInt32,
    isUnconfirmed: Bool, data: [UInt8]?
  ) {
    self.id = id
    self.user = user
    self.name = name
    self.state = state
    self.mark = mark
    self.timeout = timeout
    self.epoch = epoch
    self.deathHash = deathHash
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

extension Engine {
  public func withClientRow<Result>(
    _ id: Int32, _ body: (ClientRow?) throws -> Result
  ) rethrows -> Result {
    let client = clients[Int(id)]
    guard client.isPresent || client.state == .away else { return try body(nil) }
    let isMarked = client.state == .away || client.flags.contains(.hasAway)
    return try clientNames.withName(id) { name in
      var row = ClientRow(
        id: id, user: nil, name: name, state: client.state.rawValue,
        mark: isMarked ? max(1, now.wall(at: removedAt(id)).clamped(to: RowBounds.times)) : 0,
        timeout: client.timeout, epoch: client.epoch, deathHash: client.deathHash,
        birthHash: client.birthHash, isUnconfirmed: client.flags.contains(.unconfirmed),
        data: client.data >= 0 ? blobs[client.data] : nil)
      row.isAsleep = client.flags.contains(.asleep)
      row.gateway = client.gateway
      row.isGated = client.flags.contains(.gated)
      row.returnsAlone = client.flags.contains(.returnsAlone)
      row.saidDeath = client.flags.contains(.saidDeath)
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
          emptiedAt: isEmptyAndShown
            ? now.wall(at: room.emptiedAt).clamped(to: RowBounds.times) : nil))
    }
  }
}
