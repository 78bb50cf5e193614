import Testing

@testable import Presence

/// A client has a budget of rooms that do not exist yet, which fills up in a minute.
@Suite struct NewRoomTests {
  private static func stage(_ newRooms: Int = 4) -> Stage {
    Stage(rules: .with { $0.maxNewRooms = newRooms })
  }

  private func room(_ number: Int) -> String { "room-\(number)" }

  @Test func `a client makes so many rooms and no more, until time has passed`() {
    var stage = Self.stage()
    for number in 0..<4 { stage.join("a", room(number)) }
    #expect(stage.changesNothing { $0.join("a", "lab") })
    #expect(stage.engine.counters.limits[.newRooms] == 1)
    stage.at(.milliseconds(14_999))
    stage.join("a", "lab")
    #expect(stage.members("lab") == [])
    stage.at(.seconds(15))
    stage.join("a", "lab")
    #expect(stage.members("lab") == ["a"])
    stage.join("a", "hall")
    #expect(stage.members("hall") == [])
  }

  @Test func `joining a room that exists is free, and so are the rooms of others`() {
    var stage = Self.stage()
    for number in 0..<4 { stage.join("a", room(number)) }
    stage.join("b", "lab")
    stage.join("a", "lab")
    stage.join("a", user: "ann", room: "hall")
    #expect(stage.members("lab") == ["a", "b"])
    #expect(stage.members("hall") == ["ann/a"])
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `the rooms of a birth count, and it is refused as a whole`() {
    var stage = Self.stage()
    stage.online("a", rooms: (0..<3).map(room))
    #expect(stage.changesNothing { $0.online("a", rooms: ["room-0", "x", "y"]) })
    stage.online("a", rooms: ["room-0", "x"])
    #expect(stage.members("x") == ["a"])
  }

  @Test func `a birth with more rooms than a minute's budget is taken when that is full`() {
    var stage = Self.stage()
    stage.online("a", rooms: (0..<6).map(room))
    #expect(stage.members("room-5") == ["a"])
    // It is paid for afterwards: two more than a minute has.
    stage.at(.milliseconds(44_999))
    stage.join("a", "lab")
    #expect(stage.members("lab") == [])
    stage.at(.seconds(45))
    stage.join("a", "lab")
    #expect(stage.members("lab") == ["a"])
  }

  @Test(arguments: [nil, "ann"])
  func `who is forgotten and comes back has spent what it has spent`(user: String?) {
    var stage = Self.stage()
    for number in 0..<4 { stage.join("a", room(number), user: user) }
    stage.forget("a", user: user)
    stage.catchUp()
    stage.join("someone", "hall", user: "else")
    stage.join("a", "lab", user: user)
    #expect(stage.members("lab") == [])
    #expect(stage.engine.counters.limits[.newRooms] == 1)
  }

  @Test func `rooms that replays claim, or a database restores, cost nothing`() throws {
    var stage = Self.stage()
    stage.reconnect()
    stage.claimsOnline("a", rooms: (0..<20).map(room))
    _ = stage.claims("a", "hall", isThere: true)
    #expect(stage.members("hall") == ["a"])
    stage.catchUp()
    try stage.restart()
    stage.reconnect()
    #expect(stage.members("room-19") == ["a"])
    #expect(stage.engine.counters.limited == 0)
    stage.join("a", "lab")
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `a fleet that comes all at once, each client with rooms of its own, is taken in`() {
    var engine = Engine(rules: Rules())
    engine.connected(at: Stage.start)
    engine.settled(brokerRestarted: false, at: Stage.start)
    for client in 0..<2_000 {
      let rooms = (0..<64).map { Array("c\(client)/\($0)".utf8) }
      Array("c\(client)".utf8).withUnsafeBytes {
        engine.status(
          Who(client: $0), .online(Birth(rooms: rooms)), hash: 1, at: Stage.start)
      }
    }
    #expect(engine.presences == 128_000)
    #expect(engine.counters.limited == 0)
  }
}

/// What is remembered of who made rooms stays small.
@Suite struct NewRoomBudgetTests {
  @Test func `it is forgotten when the budget is full again`() {
    var budgets = NewRoomBudgets()
    for client: UInt64 in 1...1_024 { budgets.charge(4, to: client, 4, at: Stage.start.instant) }
    #expect(budgets.count == 1_024)
    budgets.charge(4, to: 9_999, 4, at: Stage.start.instant + .seconds(60))
    #expect(budgets.count == 1)
  }

  @Test func `among very many clients those are remembered that have spent most`() {
    var budgets = NewRoomBudgets()
    let now = Stage.start.instant
    budgets.charge(4, to: 1, 4, at: now)
    for client: UInt64 in 2...300_000 { budgets.charge(1, to: client, 4, at: now) }
    #expect(budgets.count <= NewRoomBudgets.limit)
    #expect(!budgets.allows(1, to: 1, 4, at: now))
  }
}

extension Stage {
  fileprivate mutating func join(_ client: String, user: String, room: String) {
    join(client, room, user: user)
  }
}
