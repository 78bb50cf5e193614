import Presence
import Testing

/// Clients that are heard through another one: away with it, and back with it.
@Suite struct GatewayTests {
  /// `plug` and `lamp` in the lab, carried by `hub`.
  private static func stage(rules: Rules = Rules(), returnsAlone: Bool = false) -> Stage {
    var stage = Stage(rules: rules)
    stage.online("hub", timeout: .zero)
    for client in ["plug", "lamp"] {
      stage.online(client, rooms: ["lab"], timeout: .zero)
      stage.carry(client, by: "hub", returnsAlone: returnsAlone)
    }
    stage.catchUp()
    return stage
  }

  private static func dead(rules: Rules = Rules(), returnsAlone: Bool = false) -> Stage {
    var stage = stage(rules: rules, returnsAlone: returnsAlone)
    stage.offline("hub")
    stage.pass(.seconds(1))
    stage.tick()
    return stage
  }

  @Test func `what a dead gateway carried is away, for that reason`() {
    var stage = Self.dead()
    #expect(stage.members("lab") == [])
    #expect(stage.announced("lab") == ["-lamp gateway", "-plug gateway"].sorted { $0 > $1 })
    #expect(stage.engine.counters.gateway == 2)
  }

  @Test func `it is there until the gateway's grace has passed`() {
    var stage = Self.stage()
    stage.offline("hub")
    stage.at(.milliseconds(999))
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
  }

  @Test func `it is back with the gateway, however late`() {
    var stage = Self.dead()
    stage.pass(.seconds(48 * 3600))
    stage.online("hub", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
    #expect(stage.engine.counters.revived == 2)
  }

  @Test func `what went by itself meanwhile does not come back with it`() {
    var stage = Self.dead()
    stage.offline("plug")
    stage.online("hub", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == ["lamp"])
  }

  @Test func `a word of what it carries brings the gateway and all the rest back`() {
    var stage = Self.dead()
    stage.beat("plug")
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
  }

  @Test func `a word brings back the gateway of its gateway, too`() {
    var stage = Self.stage()
    stage.online("root", timeout: .zero)
    stage.carry("hub", by: "root")
    stage.offline("root")
    stage.pass(.seconds(1))
    stage.tick()
    stage.beat("plug")
    stage.tick()
    #expect(stage.engine.presentClients == 4)
    #expect(stage.members("lab") == ["lamp", "plug"])
  }

  @Test func `a word of what it carries keeps a gateway that is timed alive`() {
    var stage = Self.stage()
    stage.online("hub", timeout: .seconds(60))
    stage.at(.seconds(30))
    stage.beatTogether([(nil, "plug")])
    stage.at(.milliseconds(89_999))
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
    stage.at(.seconds(90))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `who comes back only by its own word waits for it`() {
    var stage = Self.dead(returnsAlone: true)
    stage.online("hub", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == [])
    stage.online("plug", timeout: .zero)
    #expect(stage.members("lab") == ["plug"])
  }

  @Test func `who changed its gateway does not go with the old one`() {
    var stage = Self.stage()
    stage.online("other", timeout: .zero)
    stage.carry("plug", by: "other")
    stage.offline("hub")
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["plug"])
  }

  @Test func `who changed from a dead gateway to a live one is back`() {
    var stage = Self.dead()
    stage.online("other", timeout: .zero)
    stage.carry("plug", by: "other")
    stage.tick()
    #expect(stage.members("lab") == ["plug"])
  }

  @Test func `a retained birth does not bring back what a dead gateway carries`() {
    var stage = Self.stage()
    stage.offline("plug")
    stage.pass(.seconds(1))
    stage.offline("hub")
    stage.pass(.seconds(1))
    stage.tick()
    stage.disconnect()
    stage.connect()
    stage.claimsOnline("plug", rooms: ["lab"], epoch: 1, timeout: .zero)
    stage.settle()
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a gateway that is gone before what it carries is known gates it`() {
    var stage = Stage(isLive: false)
    stage.connect()
    stage.know("hub")
    stage.claimsOffline("hub")
    stage.claimsOnline("plug", rooms: ["lab"], timeout: .zero)
    stage.carry("plug", by: "hub")
    stage.settle()
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
    stage.online("hub", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == ["plug"])
  }

  @Test func `gateways of gateways take everything with them, and a ring of them ends`() {
    var stage = Self.stage()
    stage.online("root", timeout: .zero)
    stage.carry("hub", by: "root")
    stage.carry("root", by: "plug")
    stage.offline("root")
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
    stage.online("root", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
  }

  @Test func `a restart knows who is carried, who is gated, and who has yet to follow`() throws {
    var stage = Self.dead()
    try stage.restart()
    stage.reconnect()
    stage.online("hub", timeout: .zero)
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
    // Removed, and nobody seen to since.
    stage.offline("hub")
    stage.pass(.seconds(1))
    while stage.engine.tick(budget: 1, at: stage.now) {
      stage.engine.fenceReturned(publishedAt: stage.now.instant)
      if stage.engine.presentClients == 2 { break }
    }
    #expect(stage.members("lab") == ["lamp", "plug"])
    try stage.restart()
    stage.reconnect()
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `very many are seen to in slices`() {
    var stage = Stage()
    stage.online("hub", timeout: .zero)
    for number in 0..<1_000 {
      stage.online("c\(number)", rooms: ["lab"], timeout: .zero)
      stage.carry("c\(number)", by: "hub")
    }
    stage.offline("hub")
    stage.pass(.seconds(1))
    stage.engine.fenceReturned(publishedAt: stage.now.instant)
    var slices = 0
    while stage.engine.tick(budget: 100, at: stage.now) { slices += 1 }
    #expect(stage.figures("lab")[0] == 0)
    #expect(slices >= 10)
    #expect(stage.engine.nextDeadline.map { $0 > stage.now.instant } ?? true)
  }

  @Test func `who is forgotten carries nobody`() {
    var stage = Self.stage()
    stage.forget("hub")
    stage.catchUp()
    #expect(stage.members("lab") == ["lamp", "plug"])
    stage.online("new", timeout: .zero)
    stage.offline("new")
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["lamp", "plug"])
  }

  @Test func `who has changed its gateway stays tied to the new one when the old one is forgotten`()
  {
    var stage = Self.stage()
    stage.online("other", timeout: .zero)
    stage.carry("plug", by: "other")
    stage.forget("hub")
    stage.catchUp()
    stage.offline("other")
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["lamp"])
  }
}
