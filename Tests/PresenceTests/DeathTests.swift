@testable import Presence
import Testing

/// Contract, 2: deaths and their grace.
@Suite struct DeathTests {
  @Test(arguments: [Duration.milliseconds(1), .seconds(1), .seconds(30)])
  func `a death removes everywhere when its grace is over, and not before`(grace: Duration) {
    var stage = Stage(rules: .with { $0.offlineGrace = grace })
    stage.online("a", rooms: ["lab", "hall"])
    stage.catchUp()
    stage.offline("a")
    stage.at(grace - .nanoseconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(grace)
    stage.tick()
    #expect(stage.announced("lab") + stage.announced("hall") == ["-a offline", "-a offline"])
    #expect(stage.engine.counters.offline == 2)
  }

  @Test func `without a grace a death needs neither time nor fence`() {
    var stage = Stage(rules: .with { $0.offlineGrace = .zero })
    stage.online("a", rooms: ["lab"])
    stage.catchUp()
    stage.offline("a")
    #expect(stage.announced("lab") == ["-a offline"])
  }

  @Test(arguments: Sign.allCases)
  func `a sign of life within the grace takes a death back`(sign: Sign) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.catchUp()
    stage.offline("a")
    stage.at(.milliseconds(999))
    sign.from("a", on: &stage)
    stage.at(.milliseconds(60_998))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    #expect(stage.announced("lab") == [])
    stage.at(.milliseconds(60_999))
    stage.tick()
    #expect(stage.announced("lab") == ["-a expired"])
  }

  @Test(arguments: [["lab"], nil])
  func `a replay takes no death back`(rooms: [String]?) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.claimsOnline("a", rooms: rooms)
    stage.claimsOnline("a", rooms: rooms, epoch: 7)
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a second death does not put the first one off`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.milliseconds(600))
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a death after one that was taken back has a grace of its own`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.milliseconds(500))
    stage.beat("a")
    stage.offline("a")
    stage.at(.milliseconds(1_499))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.milliseconds(1_500))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a death is no sign of life`() {
    var stage = Stage(rules: .with { $0.offlineGrace = .seconds(30) })
    stage.online("a", rooms: ["lab"])
    stage.catchUp()
    stage.at(.seconds(50))
    stage.offline("a")
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.announced("lab") == ["-a expired"])
  }

  @Test func `a death of somebody unknown or away changes nothing in a room`() {
    var stage = Stage()
    stage.offline("a")
    #expect(stage.engine.knownClients == 0)
    stage.join("b", "lab")
    stage.at(.seconds(60))
    stage.tick()
    stage.catchUp()
    stage.offline("b")
    stage.at(.seconds(62))
    stage.tick()
    #expect(stage.announced("lab") == [])
  }

  @Test func `many deaths and lives of one client leave no trail`() {
    var stage = Stage()
    stage.join("a", "lab")
    for _ in 0..<20_000 {
      stage.beat("a")
      stage.offline("a")
    }
    #expect(stage.engine.dying.count <= 1_100)
  }
}
