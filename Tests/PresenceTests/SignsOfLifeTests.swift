import Presence
import Testing

/// Contract, 1 and 3: who comes, what is repeated, and what counts as life.
@Suite struct SignsOfLifeTests {
  @Test func `a join of somebody unknown makes it a member`() {
    var stage = Stage()
    stage.join("a", "lab", user: "ann")
    #expect(stage.members("lab") == ["ann/a"])
    #expect(stage.figures("lab") == [1, 1, 0])
    #expect(stage.announced("lab") == ["+ann/a joined"])
  }

  @Test func `a join of somebody away makes it a member`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(60))
    stage.tick()
    _ = stage.announced("lab")
    stage.join("a", "lab")
    #expect(stage.announced("lab") == ["+a joined"])
    stage.at(.milliseconds(119_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `a birth replaces the rooms that it names, and keeps those where it names none`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab", "hall"])
    stage.online("a")
    #expect(stage.members("lab") + stage.members("hall") == ["a", "a"])
    stage.online("a", rooms: ["hall", "roof"])
    #expect(stage.members("lab") == [])
    #expect(stage.members("hall") + stage.members("roof") == ["a", "a"])
    stage.online("a", rooms: [])
    #expect(stage.engine.presences == 0)
    #expect(stage.engine.presentClients == 1)
  }

  @Test(arguments: Sign.allCases)
  func `what is repeated changes nothing`(sign: Sign) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    sign.from("a", on: &stage)
    #expect(stage.changesNothing { sign.from("a", on: &$0) })
  }

  @Test(arguments: Sign.allCases)
  func `what changes nothing is a sign of life all the same`(sign: Sign) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.at(.seconds(30))
    sign.from("a", on: &stage)
    stage.at(.milliseconds(89_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(90))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a leave of a room that one was never in, or left, changes nothing`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.join("b", "hall")
    stage.leave("b", "hall")
    #expect(
      stage.changesNothing {
        $0.leave("a", "hall")
        $0.leave("b", "hall")
        $0.leave("nobody", "lab")
      })
    #expect(stage.engine.knownClients == 2)
  }

  @Test func `three ways to write a name are three clients`() {
    var stage = Stage()
    stage.join("x", "lab")
    stage.join("x", "lab", user: "ann")
    stage.join("x", "lab", user: "bob")
    #expect(stage.members("lab") == ["x", "ann/x", "bob/x"])
    stage.leave("x", "lab", user: "ann")
    #expect(stage.members("lab") == ["x", "bob/x"])
  }

  @Test func `a heartbeat of somebody unknown changes nothing and is counted`() {
    var stage = Stage()
    #expect(stage.changesNothing { $0.beat("a", timeout: .seconds(5)) })
    #expect(stage.engine.counters.heartbeatsUnknown == 1)
    #expect(stage.engine.knownClients == 0)
  }

  @Test func `who says goodbye with an empty status is forgotten at once`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 5)
    stage.catchUp()
    stage.forget("a")
    #expect(stage.announced("lab") == ["-a forgotten"])
    #expect(stage.engine.knownClients == 0)
    #expect(stage.changesNothing { $0.beat("a") })
    stage.offline("a", epoch: 1)
    #expect(stage.engine.counters.stale == 0)
    stage.online("a")
    #expect(stage.members("lab") == [])
  }

  @Test func `who is away can be forgotten, and nobody is told again`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.at(.seconds(60))
    stage.tick()
    stage.catchUp()
    stage.forget("a")
    #expect(stage.announced("lab") == [])
    stage.beat("a")
    #expect(stage.members("lab") == [])
  }
}
