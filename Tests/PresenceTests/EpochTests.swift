import Presence
import Testing

/// Contract, 4: the number that grows with each connection of a client.
@Suite struct EpochTests {
  @Test(arguments: [(4, true), (5, false), (6, false)])
  func `a death below the epoch is stale`(epoch: Int64, isStale: Bool) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.offline("a", epoch: epoch)
    #expect(stage.engine.counters.stale == (isStale ? 1 : 0))
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == (isStale ? ["a"] : []))
  }

  @Test(arguments: [(4, true), (5, false), (6, false)])
  func `a heartbeat below the epoch is stale`(epoch: Int64, isStale: Bool) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.at(.seconds(30))
    stage.beat("a", epoch: epoch, timeout: .seconds(60))
    #expect(stage.engine.counters.stale == (isStale ? 1 : 0))
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == (isStale ? [] : ["a"]))
  }

  @Test func `a death or heartbeat without an epoch counts`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.at(.seconds(30))
    stage.beat("a")
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.offline("a")
    stage.at(.seconds(61))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a live birth sets the epoch up and down, and one without leaves it`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.online("a", epoch: 9)
    stage.offline("a", epoch: 8)
    #expect(stage.engine.counters.stale == 1)
    stage.online("a", epoch: 2)
    stage.online("a")
    stage.offline("a", epoch: 1)
    #expect(stage.engine.counters.stale == 2)
    stage.offline("a", epoch: 2)
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a heartbeat never sets the epoch`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.beat("a", epoch: 9)
    stage.beat("a", epoch: 5)
    #expect(stage.engine.counters.stale == 0)
  }

  @Test func `a replay raises the epoch, and one below it is stale`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.disconnect()
    stage.connect()
    stage.claimsOnline("a", rooms: ["hall"], epoch: 4)
    #expect(stage.engine.counters.stale == 1)
    #expect(stage.members("lab") == ["a"])
    stage.claimsOnline("a", rooms: ["hall"], epoch: 7)
    stage.settle()
    stage.offline("a", epoch: 6)
    #expect(stage.engine.counters.stale == 2)
    #expect(stage.members("hall") == ["a"])
  }

  @Test func `a replayed death below the epoch is stale`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.disconnect()
    stage.connect()
    stage.claimsOffline("a", epoch: 4)
    stage.settle()
    stage.at(.seconds(30))
    stage.tick()
    #expect(stage.engine.counters.stale == 1)
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `the epoch outlives an absence, and not a farewell`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.at(.seconds(60))
    stage.tick()
    stage.beat("a", epoch: 4)
    #expect(stage.engine.counters.stale == 1)
    #expect(stage.members("lab") == [])
    stage.forget("a")
    stage.join("a", "lab")
    stage.beat("a", epoch: 1)
    #expect(stage.engine.counters.stale == 1)
  }
}
