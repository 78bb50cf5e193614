import Presence
import Testing

/// Contract, 9: what falls due around the end of a connection and the beginning of the next.
@Suite struct ConnectionTests {
  static let rules = Rules.with {
    $0.offlineGrace = .seconds(2)
    $0.restartGrace = .seconds(20)
  }

  @Test func `nobody goes while there is no connection, or it has not settled`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.join("b", "lab")
    stage.disconnect()
    stage.at(.seconds(1_000))
    stage.tick()
    #expect(stage.engine.nextDeadline == nil)
    stage.connect()
    stage.at(.seconds(2_000))
    stage.tick()
    #expect(stage.engine.nextDeadline == nil)
    #expect(!stage.engine.wantsFence)
    #expect(stage.members("lab") == ["a", "b"])
  }

  @Test func `everybody gets one full timeout from settling`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .seconds(5))
    stage.join("b", "lab")
    stage.at(.seconds(59))
    stage.disconnect()
    stage.at(.seconds(500))
    stage.connect()
    stage.at(.seconds(600))
    stage.settle()
    stage.at(.milliseconds(604_999))
    stage.tick()
    #expect(stage.members("lab") == ["a", "b"])
    stage.at(.milliseconds(605_000))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
    stage.at(.milliseconds(659_999))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
    stage.at(.seconds(660))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `who was already suspected when the connection ended gets a full timeout, too`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(60))
    stage.tick(fence: false)
    stage.reconnect()
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.milliseconds(119_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(120))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a fence of the connection that has ended proves nothing`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(200))
    stage.engine.fenceReturned(publishedAt: stage.now.instant)
    stage.disconnect()
    stage.connect()
    stage.engine.settled(brokerRestarted: false, at: stage.now)
    stage.at(.seconds(260))
    stage.tick(fence: false)
    #expect(stage.members("lab") == ["a"])
  }

  @Test(arguments: [true, false])
  func `a death that was pending when the connection ended waits longer`(restarted: Bool) {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.milliseconds(1_999))
    stage.disconnect()
    stage.at(.seconds(100))
    stage.connect()
    stage.settle(brokerRestarted: restarted)
    stage.at(.milliseconds(119_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(120))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test(arguments: [true, false], [true, false])
  func `a death found while settling waits longer if the broker was restarted`(
    restarted: Bool, isReplay: Bool
  ) {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.disconnect()
    stage.connect()
    if isReplay { stage.claimsOffline("a") } else { stage.offline("a") }
    stage.at(.seconds(50))
    stage.settle(brokerRestarted: restarted)
    let end = Duration.seconds(restarted ? 70 : 52)
    stage.at(end - .milliseconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(end)
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `without a grace a death found while settling still waits for the fence`() {
    var stage = Stage(rules: .with { $0.offlineGrace = .zero })
    stage.online("a", rooms: ["lab"])
    stage.disconnect()
    stage.connect()
    stage.offline("a")
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.settle()
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test(arguments: Sign.allCases)
  func `a stopping broker's wills hide nobody who comes back in time`(sign: Sign) {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.catchUp()
    stage.offline("a")
    stage.disconnect()
    stage.at(.seconds(10))
    stage.connect()
    stage.claimsOffline("a")
    stage.settle(brokerRestarted: true)
    stage.at(.milliseconds(29_999))
    sign.from("a", on: &stage)
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(80))
    stage.tick()
    #expect(stage.announced("lab") == [])
  }

  @Test func `a sign of life while settling takes a death back`() {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.disconnect()
    stage.connect()
    stage.beat("a")
    stage.settle(brokerRestarted: true)
    stage.at(.seconds(59))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `redelivered history is only its outcome`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.catchUp()
    stage.disconnect()
    stage.connect()
    stage.join("a", "lab")
    stage.leave("a", "lab")
    stage.join("b", "lab")
    stage.leave("b", "lab")
    stage.join("a", "lab")
    stage.settle()
    #expect(stage.announced("lab") == [])
  }

  /// The number of a connection has two bytes.
  @Test(arguments: [65_534, 65_535, 65_536, 131_070])
  func `a client heard very many connections ago was not heard in this one`(connections: Int) {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.checksEachChange = false
    for _ in 0..<connections { stage.reconnect() }
    stage.checksEachChange = true
    stage.claimsOffline("a")
    stage.at(.seconds(2))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a client heard in a connection was heard in it, whatever its number`() {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.checksEachChange = false
    for _ in 0..<65_540 {
      stage.reconnect()
      stage.beat("a")
      stage.claimsOffline("a")
    }
    stage.at(.seconds(21))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }
}
