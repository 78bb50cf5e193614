import Presence

/// The connection's life, and what a turn of the loop takes from the engine.
extension Stage {
  mutating func pass(_ time: Duration) { at(elapsed + time) }

  mutating func disconnect() { engine.disconnected(at: now) }

  mutating func connect() { engine.connected(at: now) }

  /// Ends the connection and makes another one, which settles at once.
  mutating func reconnect(brokerRestarted: Bool = false) {
    disconnect()
    connect()
    settle(brokerRestarted: brokerRestarted)
  }

  /// Announces every room that was touched, and takes everything for saved.
  mutating func catchUp() {
    for room in engine.takeTouchedRooms() {
      if !engine.announce(room).isEmpty { _ = engine.revisions(for: room, count: 1) }
    }
    engine.reclaim()
    _ = engine.takeUnsaved()
  }

  /// Whether something leaves nothing to announce and nothing to save.
  mutating func changesNothing(_ body: (inout Stage) -> Void) -> Bool {
    catchUp()
    body(&self)
    return !engine.hasUnsaved && engine.takeTouchedRooms().isEmpty
  }

  /// The names of the rooms that are to be cleared now.
  mutating func cleared() -> [String] {
    engine.takeClearedRooms().map { room in
      engine.withRoomName(room) { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The data that a room's snapshot would show with a client.
  mutating func data(_ client: String, in room: String) -> String? {
    guard let index = find(room) else { return nil }
    for member in engine.firstNames(of: index).members {
      let it = engine.member(member)
      if name(it.client) == client { return it.data.map { String(decoding: $0, as: UTF8.self) } }
    }
    return nil
  }
}

/// What sources say of clients.
extension Stage {
  mutating func carry(_ client: String, by gateway: String, returnsAlone: Bool = false) {
    let now = now
    Array(client.utf8).withUnsafeBytes { client in
      Array(gateway.utf8).withUnsafeBytes { gateway in
        _ = engine.carry(
          Who(client: client), by: Who(client: gateway), returnsAlone: returnsAlone, at: now)
      }
    }
  }

  mutating func know(_ gateway: String) {
    let now = now
    Array(gateway.utf8).withUnsafeBytes {
      engine.know(gateway: Who(client: $0), timeout: .zero, at: now)
    }
  }

  mutating func claims(_ client: String, _ room: String, isThere: Bool) -> Bool {
    let now = now
    return Array(client.utf8).withUnsafeBytes { client in
      Array(room.utf8).withUnsafeBytes {
        engine.claimRoom(Who(client: client), $0, isThere: isThere, at: now)
      }
    }
  }

  func asleep(_ room: String) -> Int { find(room).map { engine.asleep(in: $0) } ?? 0 }
}

extension Rules {
  /// The defaults, with some changed.
  static func with(_ change: (inout Rules) -> Void) -> Rules {
    var rules = Rules()
    change(&rules)
    return rules
  }
}

/// What a client can say to show that it is alive.
enum Sign: CaseIterable {
  case heartbeat, birth, birthWithoutRooms, join, leave

  /// Lets `a`, who is in the lab, say it; nothing else about it changes.
  func from(_ client: String, on stage: inout Stage) {
    switch self {
    case .heartbeat: stage.beat(client)
    case .birth: stage.online(client, rooms: ["lab"])
    case .birthWithoutRooms: stage.online(client)
    case .join: stage.join(client, "lab")
    case .leave: stage.leave(client, "elsewhere")
    }
  }
}

/// A small generator of which a seed gives the same numbers everywhere (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
