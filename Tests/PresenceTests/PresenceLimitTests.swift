import Presence
import Testing

/// There are so many ties of clients to rooms and no more, those included that wait for somebody to come back.
@Suite struct PresenceLimitTests {
  private static func stage(_ presences: Int) -> Stage {
    Stage(rules: .with { $0.maxPresences = presences })
  }

  @Test func `one presence too many is refused`() {
    var stage = Self.stage(3)
    stage.online("a", rooms: ["lab", "hall"])
    #expect(stage.changesNothing { $0.online("b", rooms: ["lab", "hall"]) })
    stage.join("b", "lab")
    #expect(stage.changesNothing { $0.join("b", "hall") })
    #expect(stage.changesNothing { $0.claimsOnline("c", rooms: ["lab"]) })
    #expect(stage.engine.counters.limits[.presences] == 3)
    #expect(stage.engine.presences == 3)
  }

  @Test func `a repeated join or birth needs no place`() {
    var stage = Self.stage(2)
    stage.online("a", rooms: ["lab", "hall"])
    #expect(stage.changesNothing { $0.online("a", rooms: ["lab", "hall"]) })
    #expect(stage.changesNothing { $0.join("a", "lab") })
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `who has been away longest is forgotten first`() {
    var stage = Self.stage(3)
    for (client, timeout) in [("a", 10), ("b", 20)] {
      stage.online(client, rooms: ["lab"], timeout: .seconds(timeout))
    }
    stage.online("c", rooms: ["lab"], timeout: .zero)
    stage.at(.seconds(10))
    stage.tick()
    stage.at(.seconds(20))
    stage.tick()
    stage.catchUp()
    stage.join("d", "lab")
    #expect(stage.engine.counters.limited == 0)
    stage.beat("a")
    stage.beat("b")
    #expect(stage.members("lab") == ["b", "c", "d"])
  }

  @Test func `a client that comes back is not forgotten for its own sake`() {
    var stage = Self.stage(3)
    stage.online("a", rooms: ["lab"], epoch: 7, timeout: .seconds(10))
    stage.online("b", rooms: ["lab"], timeout: .seconds(20))
    stage.online("c", rooms: ["lab"], timeout: .zero)
    stage.catchUp()
    for time in [10, 20] {
      stage.at(.seconds(time))
      stage.tick()
    }
    stage.catchUp()
    stage.online("a", rooms: ["lab", "hall"], epoch: 7)
    stage.offline("a", epoch: 6)
    #expect(stage.engine.counters.stale == 1)
    #expect(stage.engine.counters.limited == 0)
    stage.beat("b")
    #expect(stage.members("lab") == ["a", "c"])
  }
}
