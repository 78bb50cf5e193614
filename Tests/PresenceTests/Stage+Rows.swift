import Presence

/// The rows of an engine, as a database would hold them.
struct Rows: Equatable {
  struct Client: Equatable {
    var user: [UInt8]?
    var name: [UInt8]
    var numbers: [Int64]
    var data: [UInt8]?
  }

  struct Room: Equatable {
    var name: [UInt8]
    var revision: Int64
    var emptiedAt: Int64?
  }

  var clients: [Int32: Client] = [:]
  var rooms: [Int32: Room] = [:]
  var memberships: [Int32: MembershipRow] = [:]

  /// Writes what a commit would write.
  mutating func put(_ unsaved: Unsaved, of engine: Engine) {
    for id in unsaved.clients { engine.withClientRow(id) { clients[id] = $0.map(Self.copy) } }
    for id in unsaved.rooms {
      engine.withRoomRow(id) { row in
        rooms[id] = row.map {
          Room(name: Array($0.name), revision: $0.revision, emptiedAt: $0.emptiedAt)
        }
      }
    }
    for id in unsaved.memberships { memberships[id] = engine.membershipRow(id) }
  }

  /// Every row of an engine.
  init(of engine: Engine) { put(engine.everything, of: engine) }

  init() {}

  private static func copy(_ row: ClientRow) -> Client {
    Client(
      user: row.user.map { Array($0) }, name: Array(row.name),
      numbers: [
        Int64(row.state), row.mark, row.timeout, row.epoch, Int64(row.deathHash),
        Int64(row.birthHash), row.isUnconfirmed ? 1 : 0, row.isAsleep ? 1 : 0,
        Int64(row.gateway), row.isGated ? 1 : 0, row.returnsAlone ? 1 : 0,
        row.saidDeath ? 1 : 0,
      ], data: row.data)
  }

  /// Makes an engine from the rows, in the order of their numbers.
  func restore(into engine: inout Engine, at now: Now) throws(RestoreError) {
    for id in rooms.keys.sorted() {
      if let row = rooms[id] { try restore(id, row, &engine, now) }
    }
    for id in clients.keys.sorted() {
      if let row = clients[id] { try restore(id, row, &engine, now) }
    }
    for id in memberships.keys.sorted() {
      if let row = memberships[id] { try engine.restore(row) }
    }
    engine.finishRestoring(at: now)
  }

  private func restore(
    _ id: Int32, _ row: Room, _ engine: inout Engine, _ now: Now
  ) throws(RestoreError) {
    let result = row.name.withUnsafeBytes { name in
      Result { () throws(RestoreError) in
        try engine.restore(
          RoomRow(id: id, name: name, revision: row.revision, emptiedAt: row.emptiedAt), at: now)
      }
    }
    try result.get()
  }

  private func restore(
    _ id: Int32, _ row: Client, _ engine: inout Engine, _ now: Now
  ) throws(RestoreError) {
    let result = row.name.withUnsafeBytes { name in
      guard let user = row.user else { return restore(id, row, nil, name, &engine, now) }
      return user.withUnsafeBytes { restore(id, row, $0, name, &engine, now) }
    }
    try result.get()
  }

  private func restore(
    _ id: Int32, _ row: Client, _ user: UnsafeRawBufferPointer?, _ name: UnsafeRawBufferPointer,
    _ engine: inout Engine, _ now: Now
  ) -> Result<Void, RestoreError> {
    Result { () throws(RestoreError) in
      var restored =
        ClientRow(
          id: id, user: user, name: name, state: UInt8(truncatingIfNeeded: row.numbers[0]),
          mark: row.numbers[1], timeout: row.numbers[2], epoch: row.numbers[3],
          deathHash: UInt32(truncatingIfNeeded: row.numbers[4]),
          birthHash: UInt32(truncatingIfNeeded: row.numbers[5]),
          isUnconfirmed: row.numbers[6] != 0, data: row.data)
      restored.isAsleep = row.numbers[7] != 0
      restored.gateway = Int32(truncatingIfNeeded: row.numbers[8])
      restored.isGated = row.numbers[9] != 0
      restored.returnsAlone = row.numbers[10] != 0
      restored.saidDeath = row.numbers[11] != 0
      try engine.restore(restored, at: now)
    }
  }
}

extension Stage {
  /// Makes the engine anew from its own rows; it is disconnected then, and knows the same.
  mutating func restart() throws {
    let rows = Rows(of: engine)
    var restored = Engine(rules: engine.rules)
    try rows.restore(into: &restored, at: now)
    engine = restored
  }
}
