import Presence
import Store
import Testing
import Topics

@testable import Bridge

/// When rooms are told to Home Assistant again, and what is remembered of where they were told.
@Suite struct DiscoveryTests {
  private func discovery(_ change: (inout Configuration) -> Void = { _ in }) -> Discovery {
    var configuration = Configuration()
    configuration.homeAssistant = true
    change(&configuration)
    return Discovery(configuration, TopicNames(root: configuration.root))
  }

  private func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  /// The rooms that are looked at by then, at most so many; `nil`: nothing is to be told again.
  private func told(_ discovery: inout Discovery, at time: Int64, _ limit: Int = 9) -> [Int32]? {
    guard discovery.isTellingAgain(at: at(time)) else { return nil }
    var rooms: [Int32] = []
    while rooms.count < limit, let room = discovery.nextToTellAgain() { rooms.append(room) }
    return rooms
  }

  @Test func `a birth is answered after a part of five seconds, and once`() {
    var discovery = discovery()
    for room: Int32 in [0, 2] { discovery.describe(room) }
    discovery.born(at: at(1_000), jitter: 0.5)
    discovery.born(at: at(2_000), jitter: 0.5)
    #expect(discovery.nextTime == at(3_500))
    let times: [Int64] = [3_499, 3_500, 9_999]
    let rooms = times.map { told(&discovery, at: $0) }
    #expect(rooms == [nil, [0, 1, 2], nil])
    #expect(discovery.nextTime == .never)
  }

  @Test func `a birth while all is told again begins that once more`() {
    var discovery = discovery()
    for room: Int32 in 0..<2 { discovery.describe(room) }
    discovery.born(at: at(0), jitter: 0)
    let first = told(&discovery, at: 0, 1)
    discovery.born(at: at(10), jitter: 0.001)
    let times: [Int64] = [10, 14, 15]
    let rooms = times.map { told(&discovery, at: $0) }
    #expect([first] + rooms == [[0], [1], nil, [0, 1]])
  }

  @Test(arguments: [
    ("homeassistant/status", "online", false, true),
    ("homeassistant/status", "online", true, false),
    ("homeassistant/status", "offline", false, false), ("homeassistant/status", "", false, false),
    ("homeassistant/status", "online ", false, false), ("other/status", "online", false, false),
    ("homeassistant/sensor/rollcall-presence/lab/config", "online", false, false),
  ])
  func `only a live birth is one`(topic: String, payload: String, isReplay: Bool, isBirth: Bool)
    throws
  {
    let stage = try LoopStage { $0.homeAssistant = true }
    stage.clock.part = 0.2
    stage.run()
    let now = stage.clock.now.instant
    stage.broker.say(topic, payload, isReplay: isReplay)
    _ = stage.loop.turn()
    #expect(stage.loop.session?.discovery.nextTime == (isBirth ? now + .seconds(1) : .never))
  }

  @Test func `where rooms were described otherwise is left over, and nothing else`() {
    let here = "homeassistant/+/rollcall-presence/+/config"
    let kept = [here, "ha/+/rollcall-presence/+/config", "presence/clients/+/status"]
    var on = discovery()
    on.findLeftovers(in: kept)
    #expect(on.filters == [here, kept[1]])
    var off = discovery { $0.homeAssistant = false }
    #expect(off.filters == [] && off.lastingFilters == [])
    off.findLeftovers(in: kept)
    #expect(off.filters == [here, kept[1]])
    var moved = discovery { $0.root = "attic" }
    moved.findLeftovers(in: [here])
    #expect(moved.filters == ["homeassistant/+/rollcall-attic/+/config", here])
    #expect(moved.lastingFilters == ["homeassistant/status"])
  }
}
