import MQTT
import TestSupport
import Testing

/// Behaviour 3: silence. They measure time, so they run one by one.
@Suite(.serialized)
struct HeartbeatTests {
  private let clock = ContinuousClock()

  @Test(
    "Heartbeats keep a client; silent, it expires within a second after its timeout",
    arguments: [ProtocolVersion.v5, .v311])
  func expiry(version: ProtocolVersion) throws {
    let site = try Site(version, ["heartbeat_timeout": "1s"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try valve.join("lab")
    try pump.join("lab")
    let joined = clock.now
    site.beating = [pump]
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("lab", holds: "pump")
    #expect(clock.now - joined >= .milliseconds(950))

    try site.run(for: .milliseconds(1200))
    #expect(site.observer.count("lab") == 1)
    try pump.beat()
    site.beating = []
    let silent = clock.now
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(clock.now - silent >= .milliseconds(950))
    #expect(
      try site.observer.words("lab").suffix(2) == ["-valve expired", "-pump expired"])
  }

  @Test("A client's own timeout counts: from its birth, or from a heartbeat")
  func ownTimeout() throws {
    let site = try Site()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.say(#"{"state":"online","rooms":["lab"],"timeout":0.5}"#)
    try valve.join("lab")
    let begin = clock.now
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("lab", holds: "valve")
    #expect(clock.now - begin >= .milliseconds(450))
    try valve.beat(#"{"timeout":0.3}"#)
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.observer.removed() == ["pump expired", "valve expired"])
  }

  @Test("Who gives a timeout of 0 relies on the will alone")
  func willAlone() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "300ms"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.say(#"{"state":"online","rooms":["lab"],"timeout":0}"#)
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("lab", holds: "pump")
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("lab", holds: "pump")
    pump.vanish()
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.observer.words("lab").last == "-pump offline")
  }

  @Test("Every message of its own is a sign of life", arguments: ["join", "leave", "birth"])
  func signs(sign: String) throws {
    let site = try Site(.v5, ["heartbeat_timeout": "700ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    for _ in 0..<5 {
      try site.run(for: .milliseconds(250))
      switch sign {
      case "join": try pump.join("lab")
      case "leave": try pump.leave("elsewhere")
      default: try pump.say()
      }
    }
    #expect(try site.observer.words("lab") == ["+pump joined"])
  }

  @Test("Heartbeats may hold anything; one of an unknown client changes nothing and is counted")
  func unknown() throws {
    let site = try Site()
    let pump = try site.device("pump")
    for payload in ["", "hello", "{broken", "[1]", #"{"more":1}"#] { try pump.beat(payload) }
    try site.wait(forStats: "five heartbeats") {
      $0.heartbeats == 5 && $0.heartbeats_unknown == 5 && $0.invalid == 0 && $0.clients == 0
    }
    try pump.join("lab")
    try pump.beat(#"{"epoch":1,"timeout":90}"#)
    try site.wait(forStats: "a known one") { $0.heartbeats == 6 && $0.heartbeats_unknown == 5 }
  }
}
