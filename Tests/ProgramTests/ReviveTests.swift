import MQTT
import TestSupport
import Testing

/// Behaviour 5: who comes back gets back the rooms that it had.
struct ReviveTests {
  @Test(
    "A heartbeat brings a client back that a late will removed",
    arguments: [ProtocolVersion.v5, .v311])
  func lateWill(version: ProtocolVersion) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["attic","hall","lab"]}"#)
    try pump.leave("attic")
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.beat()
    try site.wait("lab", holds: "pump")
    try site.wait("hall", holds: "pump")
    let words = ["+pump joined", "-pump offline", "+pump revived"]
    #expect(try site.observer.words("lab") == words)
    #expect(try site.observer.words("hall") == words)
    #expect(try site.observer.words("attic").contains("+pump revived") == false)
  }

  @Test("A birth without rooms brings back one that expired; one with rooms goes where it says")
  func births() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "400ms"])
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try site.wait("lab", holds: "pump")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.say("online")
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab").suffix(2) == ["-pump expired", "+pump revived"])
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.say(#"{"state":"online","rooms":["hall"]}"#)
    try site.wait("hall", holds: "pump")
    #expect(site.observer.count("lab") == 0)
  }

  @Test("A join of a client that is away brings back that room alone, until it is born or beats")
  func join() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.join("attic")
    try site.wait("attic", holds: "pump")
    #expect(site.observer.count("lab") == 0)
    try pump.beat()
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("attic") == ["+pump joined"])
  }

  @Test("After the revive window a heartbeat is one of an unknown client")
  func tooLate() throws {
    let site = try Site(.v5, ["revive_window": "300ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try site.run(for: .milliseconds(400))
    try pump.beat()
    try site.wait(forStats: "an unknown heartbeat") { $0.heartbeats_unknown == 1 }
    try pump.say("online")
    try site.flush()
    #expect(site.observer.count("lab") == 0)
  }

  @Test("Who left is not brought back, and who is away survives a restart of the bridge")
  func acrossRestart() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.leave("hall")
    try site.flush()
    try site.bridge.kill()
    try site.bridge.start()
    try site.waitUntilLive()
    try pump.beat()
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab").last == "+pump revived")
    #expect(site.observer.count("hall") == 0)
  }
}
