import Presence
import Testing

/// At `max_rooms` rooms in which nobody is make place, and no client makes rooms faster than its budget allows.
@Suite struct RoomLimitTests {
  /// A stage with so many places for rooms.
  private static func stage(rooms: Int, newRooms: Int = 1_000) -> Stage {
    Stage(
      rules: .with {
        $0.maxRooms = rooms
        $0.maxNewRooms = newRooms
      })
  }

  /// Lets a client join and leave a room, and everybody be told of it.
  private func empty(_ room: String, _ stage: inout Stage) {
    stage.join("a", room)
    stage.catchUp()
    stage.leave("a", room)
    stage.catchUp()
  }

  @Test func `the room that has been empty longest makes place, and its topics are cleared`() {
    var stage = Self.stage(rooms: 2)
    empty("lab", &stage)
    empty("hall", &stage)
    stage.join("b", "roof")
    #expect(stage.members("roof") == ["b"])
    #expect(stage.cleared() == ["lab"])
    #expect(stage.engine.counters.roomsMadeWay == 1)
    #expect(stage.engine.counters.limited == 0)
    stage.catchUp()
    #expect(stage.find("lab") == nil)
    #expect(stage.find("hall").map(stage.engine.isShown) == true)
  }

  @Test func `one client that goes through rooms keeps nobody out`() {
    var stage = Self.stage(rooms: 3)
    stage.join("honest", "lab")
    for room in 0..<50 { empty("r\(room)", &stage) }
    stage.join("honest", "hall")
    #expect(stage.members("hall") == ["honest"])
    #expect(stage.members("lab") == ["honest"])
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `nothing that somebody is in makes place, nor what has yet to be announced`() {
    var stage = Self.stage(rooms: 2)
    stage.join("a", "lab")
    stage.join("a", "hall")
    stage.catchUp()
    #expect(stage.changesNothing { $0.join("b", "roof") })
    stage.leave("a", "hall")
    stage.join("b", "roof")
    #expect(stage.announced("hall") == ["-a left"])
    #expect(stage.engine.counters.limits[.rooms] == 2)
    #expect(stage.engine.counters.limited == 2)
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `the rooms that a birth names do not make place for its others`() {
    var stage = Self.stage(rooms: 3)
    for room in ["lab", "hall", "roof"] { empty(room, &stage) }
    stage.online("b", rooms: ["new", "lab", "other"])
    #expect(stage.members("lab") == ["b"])
    #expect(stage.members("new") == ["b"])
    #expect(stage.cleared() == ["hall", "roof"])
    #expect(stage.changesNothing { $0.online("c", rooms: ["lab", "one more"]) })
  }

  @Test func `a birth with more rooms than can make place changes nothing`() {
    var stage = Self.stage(rooms: 3)
    stage.join("b", "lab")
    for room in ["hall", "roof"] { empty(room, &stage) }
    #expect(stage.changesNothing { $0.online("c", rooms: ["x", "y", "z"]) })
    #expect(stage.cleared() == [])
    #expect(stage.engine.counters.roomsMadeWay == 0)
  }

  @Test func `a room that made place can be joined again at once`() {
    var stage = Self.stage(rooms: 1)
    empty("lab", &stage)
    stage.join("b", "hall")
    stage.leave("b", "hall")
    stage.catchUp()
    stage.join("b", "lab")
    #expect(stage.members("lab") == ["b"])
    stage.catchUp()
    #expect(stage.find("hall") == nil)
  }

  @Test func `rooms that somebody may come back to make place last, whether shown or not`() {
    var stage = Self.stage(rooms: 3)
    for (client, room) in [("x", "old"), ("y", "older")] {
      stage.online(client, rooms: [room], timeout: .seconds(10))
    }
    stage.catchUp()
    stage.at(.seconds(10))
    stage.tick()
    stage.catchUp()
    empty("lab", &stage)
    for room in ["1", "2", "3"] { stage.join("b", room) }
    #expect(stage.cleared() == ["lab", "old", "older"])
    stage.beat("x")
    #expect(stage.members("old") == [])
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `a room that is shown no more and waits for somebody makes place`() {
    var stage = Self.stage(rooms: 1)
    stage.online("x", rooms: ["old"], timeout: .seconds(10))
    stage.catchUp()
    stage.at(.seconds(10))
    stage.tick()
    stage.catchUp()
    stage.at(.seconds(4_000))
    stage.tick()
    #expect(stage.cleared() == ["old"])
    stage.catchUp()
    stage.join("b", "lab")
    #expect(stage.members("lab") == ["b"])
    #expect(stage.cleared() == [])
  }

  @Test func `a replay's rooms make place as well, and are held to the limit`() {
    var stage = Self.stage(rooms: 2)
    empty("lab", &stage)
    stage.join("b", "hall")
    stage.reconnect()
    stage.claimsOnline("c", rooms: ["roof"])
    #expect(stage.members("roof") == ["c"])
    stage.claimsOnline("d", rooms: ["attic"])
    #expect(stage.members("attic") == [])
    #expect(stage.engine.counters.limits[.rooms] == 1)
  }

  @Test func `with a lower limit a restart clears the rooms that have been empty longest`() throws {
    var stage = Self.stage(rooms: 10)
    for room in ["lab", "hall", "roof"] { empty(room, &stage) }
    stage.join("b", "attic")
    stage.catchUp()
    let rows = Rows(of: stage.engine)
    var engine = Engine(rules: .with { $0.maxRooms = 2 })
    try rows.restore(into: &engine, at: stage.now)
    stage.engine = engine
    stage.reconnect()
    #expect(stage.cleared() == ["lab", "hall"])
    #expect(stage.members("attic") == ["b"])
    stage.join("c", "new")
    #expect(stage.cleared() == ["roof"])
    #expect(stage.members("new") == ["c"])
  }
}
