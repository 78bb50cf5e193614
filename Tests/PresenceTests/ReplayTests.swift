import Presence
import Testing

/// Contract, 6: what retained topics claim.
@Suite struct ReplayTests {
  /// A stage that has connected, and whose fence is not back.
  static func settling() -> Stage {
    var stage = Stage(isLive: false)
    stage.connect()
    return stage
  }

  @Test func `somebody unknown is taken in, and has to show up within its timeout`() {
    var stage = Self.settling()
    stage.claimsOnline("a", rooms: ["lab"], timeout: .seconds(5))
    stage.claimsOnline("b", rooms: ["lab"])
    stage.at(.seconds(100))
    stage.settle()
    #expect(stage.announced("lab") == ["+a joined", "+b joined"])
    stage.at(.milliseconds(104_999))
    stage.tick()
    #expect(stage.members("lab") == ["a", "b"])
    stage.at(.seconds(105))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
    stage.at(.milliseconds(159_999))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
    stage.at(.seconds(160))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `who was taken in and not heard stays gone when the replay comes again`() {
    var stage = Self.settling()
    stage.claimsOnline("a", rooms: ["lab"])
    stage.settle()
    stage.at(.seconds(60))
    stage.tick()
    stage.reconnect()
    stage.claimsOnline("a", rooms: ["lab"])
    stage.tick()
    #expect(stage.members("lab") == [])
    stage.beat("a")
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `a replay equal to the last status changes nothing and is no life`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.leave("a", "lab")
    stage.join("a", "hall")
    stage.disconnect()
    stage.connect()
    #expect(stage.changesNothing { $0.claimsOnline("a", rooms: ["lab"]) })
    stage.settle()
    stage.at(.seconds(30))
    #expect(stage.changesNothing { $0.claimsOnline("a", rooms: ["lab"]) })
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("hall") == [])
  }

  @Test func `an equal offline changes nothing, though the client is back by a join`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.join("a", "lab")
    stage.disconnect()
    stage.connect()
    #expect(stage.changesNothing { $0.claimsOffline("a") })
    stage.settle()
    stage.at(.seconds(59))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `a new birth in a replay is taken`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], epoch: 1)
    stage.disconnect()
    stage.connect()
    stage.claimsOnline("a", rooms: ["hall"], epoch: 2, timeout: .seconds(5), data: "{\"x\":1}")
    stage.settle()
    #expect(stage.members("lab") == [])
    #expect(stage.data("a", in: "hall") == "{\"x\":1}")
    stage.at(.seconds(5))
    stage.tick()
    #expect(stage.members("hall") == [])
  }

  @Test func `the birth of one who has died since leaves it dead`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.disconnect()
    stage.connect()
    #expect(stage.changesNothing { $0.claimsOnline("a", rooms: ["lab"]) })
    stage.claimsOnline("a", rooms: ["lab"], epoch: 1)
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `a replay undoes nothing that was heard live in this connection`() {
    var stage = Stage()
    stage.disconnect()
    stage.connect()
    stage.online("a", rooms: ["lab"])
    stage.beat("a")
    stage.claimsOffline("a")
    stage.claimsOnline("a", rooms: ["hall"], epoch: 9)
    stage.settle()
    stage.at(.seconds(20))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    #expect(stage.members("hall") == [])
    stage.offline("a")
    stage.claimsOnline("a", rooms: ["lab"], epoch: 10)
    stage.at(.seconds(21))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `an offline that was missed is a death like any other`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.catchUp()
    stage.disconnect()
    stage.connect()
    stage.claimsOffline("a")
    stage.settle()
    stage.at(.milliseconds(999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.announced("lab") == ["-a offline"])
  }

  @Test func `an offline of somebody unknown is not worth remembering`() {
    var stage = Self.settling()
    #expect(stage.changesNothing { $0.claimsOffline("a") })
    #expect(stage.engine.knownClients == 0)
  }

  @Test(arguments: [true, false])
  func `who relies on its will has to be heard after the broker was restarted`(restarted: Bool) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.online("b", rooms: ["lab"], timeout: .zero)
    stage.disconnect()
    stage.connect()
    stage.join("b", "lab")
    stage.at(.seconds(10))
    stage.settle(brokerRestarted: restarted)
    stage.at(.milliseconds(69_999))
    stage.tick()
    #expect(stage.members("lab") == ["a", "b"])
    stage.at(.seconds(70))
    stage.tick()
    #expect(stage.members("lab") == (restarted ? ["b"] : ["a", "b"]))
  }

  @Test(arguments: Sign.allCases)
  func `one word is enough for who relies on its will`(sign: Sign) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.reconnect(brokerRestarted: true)
    stage.at(.seconds(59))
    sign.from("a", on: &stage)
    stage.at(.seconds(1_000_000))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
  }

  @Test func `an offline that contradicts a will-only client makes it show up once more`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.online("b", rooms: ["lab"], timeout: .zero)
    stage.at(.seconds(10))
    stage.claimsOffline("a")
    stage.claimsOffline("b")
    stage.at(.seconds(69))
    stage.beat("b")
    stage.tick()
    #expect(stage.members("lab") == ["a", "b"])
    stage.at(.seconds(70))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
  }
}
