@testable import Presence
import Testing

/// Contract, 5: who was removed and turns out to be alive.
@Suite struct ReviveTests {
  static let rules = Rules.with { $0.reviveWindow = .seconds(1_000) }

  /// A stage on which `a` was in the lab and the hall until 60 s, and is away since.
  static func away() -> Stage {
    var stage = Stage(rules: rules)
    stage.online("a", rooms: ["lab", "hall"])
    stage.at(.seconds(60))
    stage.tick()
    stage.catchUp()
    return stage
  }

  @Test(arguments: [Sign.heartbeat, .birthWithoutRooms])
  func `within the window a word brings everything back`(sign: Sign) {
    var stage = Self.away()
    stage.at(.milliseconds(1_059_999))
    sign.from("a", on: &stage)
    #expect(stage.announced("lab") + stage.announced("hall") == ["+a revived", "+a revived"])
    #expect(stage.engine.counters.revived == 2)
  }

  @Test(arguments: [Sign.heartbeat, .birthWithoutRooms])
  func `from the end of the window on nothing comes back`(sign: Sign) {
    var stage = Self.away()
    stage.at(.seconds(1_060))
    sign.from("a", on: &stage)
    #expect(stage.announced("lab") + stage.announced("hall") == [])
    #expect(stage.engine.counters.heartbeatsUnknown == (sign == .heartbeat ? 1 : 0))
    #expect(stage.engine.presentClients == (sign == .heartbeat ? 0 : 1))
  }

  @Test func `who died comes back as well as who was silent`() {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"])
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.catchUp()
    stage.at(.milliseconds(1_000_999))
    stage.beat("a", timeout: .seconds(5))
    #expect(stage.announced("lab") == ["+a revived"])
    stage.pass(.seconds(5))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a room that was left while away is not among them`() {
    var stage = Self.away()
    stage.leave("a", "lab")
    #expect(stage.engine.presentClients == 0)
    stage.beat("a")
    #expect(stage.members("lab") == [])
    #expect(stage.members("hall") == ["a"])
  }

  @Test func `a birth with rooms begins anew`() {
    var stage = Self.away()
    stage.online("a", rooms: ["hall", "roof"])
    #expect(stage.announced("hall") + stage.announced("roof") == ["+a joined", "+a joined"])
    stage.beat("a")
    #expect(stage.members("lab") == [])
  }

  @Test func `a join brings back one room, and the next heartbeat the others`() {
    var stage = Self.away()
    stage.join("a", "roof")
    #expect(stage.members("lab") == [])
    stage.at(.seconds(100))
    stage.beat("a")
    #expect(stage.announced("lab") == ["+a revived"])
    #expect(stage.members("hall") == ["a"])
    #expect(stage.changesNothing { $0.beat("a") })
  }

  @Test(arguments: [(1_059_999, ["a"]), (1_060_000, [])])
  func `what a joiner had is held for it until the window ends`(time: Int, members: [String]) {
    var stage = Self.away()
    stage.join("a", "roof")
    while stage.elapsed + .seconds(50) < .milliseconds(time) {
      stage.pass(.seconds(50))
      stage.join("a", "roof")
    }
    stage.at(.milliseconds(time))
    stage.beat("a")
    #expect(stage.members("lab") == members)
    #expect(stage.members("roof") == ["a"])
  }

  @Test(arguments: [(1_059_999, ["a"]), (1_060_000, [])])
  func `a death that is taken back does not lengthen the window`(time: Int, members: [String]) {
    var stage = Self.away()
    stage.at(.seconds(1_059))
    stage.join("a", "roof")
    stage.offline("a")
    stage.at(.milliseconds(1_059_500))
    stage.join("a", "roof")
    stage.offline("a")
    stage.at(.milliseconds(time))
    stage.beat("a")
    #expect(stage.members("lab") == members)
  }

  @Test func `who goes again within the window comes back to all of it`() {
    var stage = Self.away()
    stage.join("a", "roof")
    stage.at(.seconds(120))
    stage.tick()
    stage.beat("a")
    #expect(stage.members("lab") + stage.members("roof") == ["a", "a"])
  }

  @Test func `who goes again behind the window comes back to what it had then`() {
    var stage = Self.away()
    stage.online("b", timeout: .zero)
    stage.join("a", "roof")
    while stage.elapsed < .seconds(1_060) {
      stage.pass(.seconds(50))
      stage.join("a", "roof")
    }
    stage.pass(.seconds(60))
    stage.tick()
    stage.beat("a")
    #expect(stage.members("lab") == [])
    #expect(stage.members("roof") == ["a"])
  }

  @Test func `a client that the bridge has forgotten does not come back`() {
    var stage = Stage(rules: .with { $0.forgetAfter = .seconds(500) })
    stage.online("a", rooms: ["lab"])
    stage.at(.seconds(60))
    stage.tick()
    stage.at(.milliseconds(559_999))
    stage.tick()
    #expect(stage.engine.knownClients == 1)
    stage.at(.seconds(560))
    stage.tick()
    #expect(stage.engine.knownClients == 0)
    stage.beat("a")
    #expect(stage.members("lab") == [])
  }

  @Test func `a client cannot pile up rooms by going and joining others`() {
    var stage = Stage(rules: .with { $0.maxRoomsPerClient = 4 })
    for round in 0..<20 {
      for room in 0..<4 { stage.join("a", "r\(round)-\(room)") }
      stage.offline("a")
      stage.pass(.seconds(1))
      stage.tick()
      stage.catchUp()
    }
    #expect(stage.engine.memberships.count <= 8)
    stage.beat("a")
    #expect(stage.engine.presences == 4)
    #expect(stage.members("r19-0") == ["a"])
  }
}
