import Presence
import Testing

/// Asleep is not gone; and one room at a time.
@Suite struct SleepTests {
  private static func asleep(_ rooms: [String]?, timeout: Duration = .seconds(3600)) -> Status {
    var birth = Birth(rooms: rooms.map { $0.map { Array($0.utf8) } }, timeout: timeout)
    birth.isAsleep = true
    return .online(birth)
  }

  @Test func `who sleeps stays a member, is counted, and that is told once`() {
    var stage = Stage()
    stage.online("plug", rooms: ["lab"], timeout: .seconds(60))
    stage.catchUp()
    stage.say("plug", nil, Self.asleep(nil))
    #expect(stage.asleep("lab") == 1)
    #expect(stage.announced("lab") == ["~plug"])
    #expect(stage.changesNothing { $0.say("plug", nil, Self.asleep(nil)) })
    stage.online("plug", timeout: .seconds(60))
    #expect(stage.asleep("lab") == 0)
    #expect(stage.announced("lab") == ["~plug"])
  }

  @Test func `a nap that nobody was told of is no change`() {
    var stage = Stage()
    stage.online("plug", rooms: ["lab"])
    stage.catchUp()
    stage.say("plug", nil, Self.asleep(nil))
    stage.online("plug")
    #expect(stage.announced("lab") == [])
  }

  @Test func `the sleep has a timeout of its own`() {
    var stage = Stage()
    stage.say("plug", nil, Self.asleep(["lab"]))
    stage.at(.milliseconds(3_599_999))
    stage.tick()
    #expect(stage.members("lab") == ["plug"])
    stage.at(.seconds(3600))
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.asleep("lab") == 0)
    stage.beat("plug")
    #expect(stage.asleep("lab") == 0)
  }

  @Test func `a restart knows who sleeps`() throws {
    var stage = Stage()
    stage.say("plug", nil, Self.asleep(["lab"]))
    try stage.restart()
    stage.reconnect()
    #expect(stage.asleep("lab") == 1)
    stage.online("plug", rooms: [])
    #expect(stage.asleep("lab") == 0)
  }

  @Test func `who is in one room at a time moves`() {
    var stage = Stage()
    stage.online("ann", rooms: ["lab"])
    _ = stage.announced("lab")
    var birth = Birth(rooms: [Array("hall".utf8)])
    birth.departure = .moved
    stage.say("ann", nil, .online(birth))
    #expect(stage.announced("lab") == ["-ann moved"])
    #expect(stage.announced("hall") == ["+ann joined"])
    #expect(stage.engine.counters.moved == 1)
  }

  @Test func `a will that is vouched for is confirmed in the time that was named`() {
    var stage = Stage()
    var birth = Birth(rooms: [Array("lab".utf8)], timeout: .zero)
    birth.confirmation = .seconds(90)
    stage.say("phone", nil, .online(birth))
    stage.at(.seconds(10_000))
    stage.tick()
    #expect(stage.members("lab") == ["phone"])
    stage.reconnect(brokerRestarted: true)
    stage.at(.milliseconds(10_089_999))
    stage.tick()
    #expect(stage.members("lab") == ["phone"])
    stage.at(.seconds(10_090))
    stage.tick()
    #expect(stage.members("lab") == [])
  }
}

/// Replays of topics that speak of one room.
@Suite struct RoomClaimTests {
  @Test func `an unknown client is left to the caller`() {
    var stage = Stage()
    let answer1 = stage.claims("a", "lab", isThere: true)
    #expect(!answer1)
    #expect(stage.engine.knownClients == 0)
  }

  @Test func `a client is taken into a room that it has no tie to, and out of one where it is`() {
    var stage = Stage()
    stage.online("a", rooms: ["hall"])
    stage.reconnect()
    let answer2 = stage.claims("a", "lab", isThere: true)
    #expect(answer2)
    #expect(stage.members("lab") == ["a"])
    let answer3 = stage.claims("a", "hall", isThere: false)
    #expect(answer3)
    #expect(stage.members("hall") == [])
  }

  @Test func `what was heard live in this connection stands`() {
    var stage = Stage()
    stage.online("a", rooms: ["hall"])
    let answer4 = stage.claims("a", "hall", isThere: false)
    #expect(answer4)
    let answer5 = stage.claims("a", "lab", isThere: true)
    #expect(answer5)
    #expect(stage.members("hall") == ["a"])
    #expect(stage.members("lab") == [])
  }

  @Test func `who is away stays away`() {
    var stage = Stage()
    stage.online("a", rooms: ["hall"])
    stage.at(.seconds(60))
    stage.tick()
    stage.reconnect()
    let answer6 = stage.claims("a", "hall", isThere: true)
    #expect(answer6)
    #expect(stage.members("hall") == [])
  }
}
