import Presence
import Testing

/// What a replay may say after what was heard: nobody knows when it was said.
@Suite struct ClaimTests {
  /// "a" died once and is back, and what its topic retains is its death.
  private static func back(timeout: Duration?) -> Stage {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: timeout)
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.online("a", rooms: ["lab"], timeout: timeout)
    stage.disconnect()
    stage.connect()
    return stage
  }

  @Test func `the death of long ago does not end one that is back`() {
    var stage = Self.back(timeout: nil)
    #expect(stage.changesNothing { $0.claimsOffline("a") })
    stage.settle()
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(61))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test(arguments: [true, false])
  func `where the will alone decides, it has to be heard once`(isHeard: Bool) {
    var stage = Self.back(timeout: .zero)
    stage.claimsOffline("a")
    stage.settle()
    stage.at(.seconds(30))
    if isHeard { stage.beat("a") }
    stage.at(.seconds(1_000))
    stage.tick()
    #expect(stage.members("lab") == (isHeard ? ["a"] : []))
  }

  @Test func `another death than the last one is news`() {
    var stage = Self.back(timeout: .zero)
    stage.claimsOffline("a", epoch: 3)
    stage.settle()
    stage.at(.seconds(3))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `where all was heard, no replay says anything of who is known`() {
    var stage = Self.back(timeout: .zero)
    stage.hasHeardAll = true
    for epoch in [nil, 3] as [Int64?] {
      #expect(stage.changesNothing { $0.claimsOffline("a", epoch: epoch) })
      #expect(stage.changesNothing { $0.claimsOnline("a", rooms: ["hall"], epoch: epoch) })
    }
    stage.claimsOnline("new", rooms: ["lab"])
    stage.settle()
    stage.at(.seconds(1_000))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `nor of one that has gone`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.disconnect()
    stage.connect()
    stage.hasHeardAll = true
    #expect(stage.changesNothing { $0.claimsOnline("a", rooms: ["lab"], epoch: 4) })
  }

  @Test(arguments: ["beat", "join", "birth"])
  func `who is back by a word without a number has none`(word: String) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 7)
    stage.offline("a", epoch: 7)
    stage.at(.seconds(1))
    stage.tick()
    switch word {
    case "beat": stage.beat("a")
    case "join": stage.join("a", "lab")
    default: stage.online("a", rooms: ["lab"])
    }
    #expect(stage.members("lab") == ["a"])
    stage.offline("a", epoch: 6)
    stage.at(.seconds(3))
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.engine.counters.stale == 0)
  }

  @Test func `who was never away keeps its number`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 7)
    stage.beat("a")
    stage.offline("a", epoch: 6)
    #expect(stage.engine.counters.stale == 1)
  }
}
