/// What may be read of the engine to publish it. Names are lent for the duration of a call.
extension Engine {
  public func withRoomName<Result>(
    _ room: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result { try roomNames.withName(room, body) }

  public func withClientName<Result>(
    _ client: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result { try clientNames.withName(client, body) }

  public func withUserName<Result>(
    _ user: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result { try userNames.withName(user, body) }

  /// Lends every name at once, for a message that holds many.
  public func withNames<Result>(_ body: (EngineNames) throws -> Result) rethrows -> Result {
    try clientNames.withNames { clients in
      try userNames.withNames { users in
        try body(EngineNames(clients: clients, users: users))
      }
    }
  }

  /// The user of a client; `nil`: none.
  public func user(ofClient client: Int32) -> Int32? {
    let scope = clientNames.scope(of: client)
    return scope > 0 ? scope - 1 : nil
  }

  public func findRoom(_ name: UnsafeRawBufferPointer) -> Int32? { roomNames.find(name) }

  /// Whether a room's number is in use.
  public func hasRoom(_ room: Int32) -> Bool { roomNames.isTaken(room) }

  /// Whether a room came from the database.
  public func isRestored(_ room: Int32) -> Bool { rooms[Int(room)].flags.contains(.restored) }

  /// One above the highest index of a room.
  public var roomCapacity: Int32 { Int32(roomNames.capacity) }

  /// Clients' numbers are below it.
  public var clientCapacity: Int32 { Int32(clients.count) }

  /// The figures of a room: all members, distinct users, members without a user.
  public func figures(of room: Int32) -> (count: Int, users: Int, anonymous: Int) {
    let it = rooms[Int(room)]
    return (Int(it.count), Int(it.users), Int(it.anonymous))
  }

  /// How many of a room's members are asleep.
  public func asleep(in room: Int32) -> Int { Int(rooms[Int(room)].asleep) }

  /// A member as a snapshot shows it: its client, since when (milliseconds since 1970), and its data.
  public func member(_ membership: Int32) -> (client: Int32, since: Int64, data: [UInt8]?) {
    let it = memberships[membership]
    return (it.client, it.since, shownData(of: membership))
  }

  public func isAsleep(_ client: Int32) -> Bool { clients[Int(client)].flags.contains(.asleep) }

  /// The epoch of a client, and whether it is present; `nil` for one that is unknown.
  public func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? {
    guard let index = find(who), clients[Int(index)].state != .gone else { return nil }
    let client = clients[Int(index)]
    return (client.epoch < 0 ? nil : client.epoch, client.isPresent)
  }

  /// Lends every client that is present and whose name begins with `prefix`, in the order of their numbers. A walk
  /// over all clients.
  public func forEachPresent(
    with prefix: [UInt8],
    _ body: (_ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?) -> Void
  ) {
    for index in clients.indices where clients[index].isPresent {
      clientNames.withName(Int32(index)) { name in
        guard name.starts(with: prefix) else { return }
        guard let user = user(ofClient: Int32(index)) else { return body(name, nil) }
        userNames.withName(user) { body(name, $0) }
      }
    }
  }

  /// Whether a client is a member of a room now.
  public func isMember(_ who: Who, of room: UnsafeRawBufferPointer) -> Bool {
    guard let client = find(who), let room = roomNames.find(room),
      let membership = membership(of: client, in: room)
    else { return false }
    return memberships[membership].state == .present
  }
}

/// The names of all clients and users, lent for the duration of a call.
public struct EngineNames {
  let clients: NameTable.LentNames
  let users: NameTable.LentNames

  public func client(_ index: Int32) -> UnsafeRawBufferPointer { clients[index] }
  public func user(_ index: Int32) -> UnsafeRawBufferPointer { users[index] }
}
