import Presence
import Testing

/// Replays of topics that a will replaces, as those of most systems are: what they retain was said last.
@Suite struct RetainedWillTests {
  private static func away() -> Stage {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.disconnect()
    stage.connect()
    return stage
  }

  @Test(arguments: [false, true])
  func `a birth that is retained after a death is a later one, though it reads the same`(
    isRestarted: Bool
  ) throws {
    var stage = Self.away()
    if isRestarted {
      try stage.restart()
      stage.connect()
    }
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .zero)
    stage.settle()
    stage.at(.seconds(1_000_000))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `it does not bring back who expired since it was said`() {
    var stage = Stage()
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .seconds(5))
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(5))
    stage.tick()
    stage.disconnect()
    stage.connect()
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .seconds(5))
    stage.settle()
    #expect(stage.members("lab") == [])
  }

  @Test func `it undoes no death that was heard in this connection`() {
    var stage = Self.away()
    stage.settle()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.offline("a")
    stage.at(.seconds(3))
    stage.tick()
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .zero)
    #expect(stage.members("lab") == [])
  }

  @Test(arguments: [true, false])
  func `at a broker that forgot everything, who is said to be there is there`(isForgotten: Bool) {
    var stage = Stage()
    for client in ["a", "b"] { stage.online(client, rooms: ["lab"], timeout: .zero) }
    stage.disconnect()
    stage.connect()
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .zero)
    stage.topicSaysOnline("new", rooms: ["lab"], timeout: .zero)
    stage.settle(brokerRestarted: true, retainedLost: isForgotten)
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == (isForgotten ? ["a", "new"] : []))
  }

  @Test func `what was said in one connection counts for nothing in the next`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.disconnect()
    stage.connect()
    stage.topicSaysOnline("a", rooms: ["lab"], timeout: .zero)
    stage.disconnect()
    stage.connect()
    stage.settle(brokerRestarted: true, retainedLost: true)
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a lost session is no lost will`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.disconnect()
    stage.connect()
    stage.settle(brokerRestarted: true, willsLost: false)
    stage.at(.seconds(1_000_000))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  /// "a" was removed from the lab, came back into the hall, and the lab waits for its heartbeat.
  @Test func `who is not dead after all is still waited for in the rooms of an earlier removal`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .seconds(5))
    stage.at(.seconds(5))
    stage.tick()
    stage.join("a", "hall")
    stage.offline("a")
    stage.disconnect()
    stage.connect()
    stage.claimsOnline("a", rooms: ["lab"], timeout: .seconds(5))
    stage.settle(brokerRestarted: true)
    stage.expectInvariants()
    #expect(stage.members("hall") == ["a"])
  }
}
