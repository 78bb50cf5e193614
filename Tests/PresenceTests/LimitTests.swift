import Presence
import Testing

/// Contract, 13: what is over a limit changes nothing and is counted.
@Suite struct LimitTests {
  @Test func `a client that is one too many is not taken in`() {
    var stage = Stage(rules: .with { $0.maxClients = 2 })
    stage.join("a", "lab")
    stage.online("b", rooms: ["lab"])
    #expect(stage.changesNothing { $0.join("c", "lab") })
    #expect(stage.changesNothing { $0.online("c", rooms: ["lab"]) })
    #expect(stage.changesNothing { $0.claimsOnline("c", rooms: ["lab"]) })
    #expect(stage.engine.counters.limited == 3)
    #expect(stage.engine.knownClients == 2)
  }

  @Test func `who has been away longest makes place`() {
    var stage = Stage(rules: .with { $0.maxClients = 3 })
    stage.online("a", rooms: ["lab"], timeout: .seconds(20))
    stage.online("b", rooms: ["lab"], timeout: .seconds(10))
    stage.online("c", rooms: ["lab"], timeout: .zero)
    stage.at(.seconds(10))
    stage.tick()
    stage.at(.seconds(20))
    stage.tick()
    stage.catchUp()
    stage.join("d", "lab")
    #expect(stage.engine.counters.limited == 0)
    stage.beat("b")
    #expect(stage.members("lab") == ["c", "d"])
    stage.beat("a")
    #expect(stage.members("lab") == ["a", "c", "d"])
  }

  @Test func `who has just been forgotten finds no place that somebody else has taken`() {
    var stage = Stage(rules: .with { $0.maxClients = 1 })
    stage.join("a", "lab")
    stage.forget("a")
    stage.join("b", "lab")
    stage.join("a", "lab")
    #expect(stage.engine.knownClients == 1)
    #expect(stage.engine.counters.limited == 1)
    #expect(stage.members("lab") == ["b"])
  }

  @Test func `a room that is one too many is not made`() {
    var stage = Stage(rules: .with { $0.maxRooms = 2 })
    stage.online("a", rooms: ["lab"])
    #expect(stage.changesNothing { $0.online("b", rooms: ["lab", "hall", "roof"]) })
    #expect(stage.engine.knownClients == 1)
    stage.online("b", rooms: ["lab", "hall"])
    #expect(stage.changesNothing { $0.join("a", "roof") })
    #expect(stage.engine.counters.limited == 2)
    stage.join("a", "hall")
    #expect(stage.figures("hall") == [2, 0, 2])
  }

  @Test func `a client is in so many rooms and no more`() {
    var stage = Stage(rules: .with { $0.maxRoomsPerClient = 2 })
    stage.online("a", rooms: ["lab", "hall"])
    #expect(stage.changesNothing { $0.join("a", "roof") })
    #expect(stage.changesNothing { $0.online("a", rooms: ["lab", "hall", "roof"], epoch: 3) })
    #expect(stage.engine.counters.limited == 2)
    #expect(stage.changesNothing { $0.join("a", "lab") })
    stage.leave("a", "lab")
    stage.join("a", "roof")
    #expect(stage.members("roof") == ["a"])
  }

  @Test func `what is over a limit is no sign of life`() {
    var stage = Stage(rules: .with { $0.maxRoomsPerClient = 1 })
    stage.join("a", "lab")
    stage.at(.seconds(30))
    stage.join("a", "hall")
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == [])
  }
}
