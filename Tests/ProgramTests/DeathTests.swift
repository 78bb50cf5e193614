import MQTT
import TestSupport
import Testing

/// Behaviours 2 and 4: deaths, by a word or by a will, and those that come too late.
@Suite(.serialized)
struct DeathTests {
  @Test(
    "A will ends all presences of a client that vanished, in one change a room",
    arguments: [ProtocolVersion.v5, .v311])
  func will(version: ProtocolVersion) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try site.device("valve").join("lab")
    try site.wait("lab", holds: "pump", "valve")
    pump.vanish()
    try site.wait("lab", holds: "valve")
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    #expect(try site.observer.words("hall") == ["+pump joined", "-pump offline"])
    #expect(try site.observer.events("lab").last?.words == ["-pump offline"])
  }

  @Test("A death waits for the grace period")
  func grace() throws {
    let site = try Site(.v5, ["offline_grace": "700ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    let clock = ContinuousClock()
    let begin = clock.now
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(clock.now - begin >= .milliseconds(690))
  }

  @Test("With no grace a death counts at once")
  func noGrace() throws {
    let site = try Site(.v5, ["offline_grace": "0"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.say("online")
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab").suffix(2) == ["-pump offline", "+pump revived"])
  }

  @Test(
    "A sign of life within the grace period cancels a death",
    arguments: ["birth", "join", "leave", "heartbeat"])
  func cancelled(sign: String) throws {
    let site = try Site(.v5, ["offline_grace": "400ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    let other = try site.device("valve")
    try other.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try pump.say("offline")
    switch sign {
    case "birth": try pump.say("online")
    case "join": try pump.join("lab")
    case "leave": try pump.leave("attic")
    default: try pump.beat()
    }
    // The other death is later than the first: once it is worked off, the first would have been, too.
    try other.say("offline")
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab").filter { $0.contains("pump") } == ["+pump joined"])
  }

  @Test("A pending death survives a restart of the bridge")
  func pending() throws {
    let site = try Site(.v5, ["offline_grace": "1500ms", "restart_grace": "300ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(forStats: "the death") { $0.received == 2 }
    try site.bridge.kill()
    #expect(site.observer.count("lab") == 1)
    try site.bridge.start()
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.observer.words("lab").last == "-pump offline")
  }

  @Test(
    "A death or heartbeat of an earlier connection is stale",
    arguments: [ProtocolVersion.v5, .v311])
  func stale(version: ProtocolVersion) throws {
    let site = try Site(version)
    let old = try site.device("pump", will: #"{"state":"offline","epoch":4}"#)
    try old.say(#"{"state":"online","epoch":4,"rooms":["lab"]}"#)
    let new = try site.device("pump-again")
    try site.wait("lab", holds: "pump")
    try new.client.publish(
      "\(old.who)/status", #"{"state":"online","epoch":5}"#, retain: true)
    old.vanish()
    try site.wait(forStats: "a stale death") { $0.stale == 1 }
    try new.client.publish("\(old.who)/heartbeat", #"{"epoch":4}"#, qos: .atMostOnce)
    try site.wait(forStats: "a stale heartbeat") { $0.stale == 2 }
    #expect(try site.observer.words("lab") == ["+pump joined"])

    try new.client.publish("\(old.who)/status", #"{"state":"offline","epoch":5}"#)
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
  }

  @Test("A live birth sets the epoch, up or down, and a death without one counts")
  func epochs() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","epoch":9,"rooms":["lab"]}"#)
    try pump.say(#"{"state":"online","epoch":3}"#)
    try pump.say(#"{"state":"offline","epoch":3}"#)
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.say(#"{"state":"online","epoch":9007199254740991}"#)
    try site.wait("lab", holds: "pump")
    try pump.say("offline")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.observer.stats()?.stale == 0)
  }
}
