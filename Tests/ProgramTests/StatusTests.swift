import MQTT
import TestSupport
import Testing

/// What a birth says of rooms and data, and what an empty status is.
struct StatusTests {
  @Test("A birth's rooms replace those that the client was in; an empty list is none")
  func rooms() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.join("attic")
    try site.wait("attic", holds: "pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try site.wait("lab", holds: "pump")
    try site.wait("hall", holds: "pump")
    try site.wait(for: "an empty attic") { site.observer.count("attic") == 0 }
    #expect(try site.observer.words("attic").last == "-pump left")

    try pump.say(#"{"state":"online"}"#)
    try site.flush()
    #expect(try site.observer.words("lab") == ["+pump joined"])

    try pump.say(#"{"state":"online","rooms":[]}"#)
    try site.wait(for: "empty rooms") {
      site.observer.count("lab") == 0 && site.observer.count("hall") == 0
    }
    #expect(try site.observer.words("lab") == ["+pump joined", "-pump left"])
  }

  @Test("A status's data is shown until another replaces it; {} clears it")
  func data() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"],"data":{"n":1}}"#)
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.snapshot("lab")?.members[0].data == ["n": 1])

    try pump.say(#"{"state":"online","data":{"n":2}}"#)
    try site.wait(for: "new data") {
      try site.observer.snapshot("lab")?.members[0].data == ["n": 2]
    }
    #expect(try site.observer.words("lab").last == "~pump")
    try pump.say("online")
    try pump.say(#"{"state":"online","data":{}}"#)
    try site.wait(for: "no data") { try site.observer.snapshot("lab")?.members[0].data == nil }
    #expect(try site.observer.words("lab") == ["+pump joined", "~pump", "~pump"])
  }

  @Test("The data of a join wins over the status's")
  func joinData() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"],"data":{"n":1}}"#)
    try pump.join("lab", #"{"action":"join","data":{"n":7}}"#)
    try site.wait(for: "the join's data") {
      try site.observer.snapshot("lab")?.member("pump")?.data == ["n": 7]
    }
    try pump.say(#"{"state":"online","data":{"n":2}}"#)
    try site.wait(for: "the status's data") {
      try site.observer.snapshot("hall")?.member("pump")?.data == ["n": 2]
    }
    #expect(try site.observer.snapshot("lab")?.member("pump")?.data == ["n": 7])
  }

  @Test("An empty status forgets the client for good", arguments: [ProtocolVersion.v5, .v311])
  func forgotten(version: ProtocolVersion) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    try pump.say("")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.observer.words("lab").last == "-pump forgotten")

    try pump.beat()
    try site.wait(forStats: "an unknown heartbeat") { $0.heartbeats_unknown == 1 }
    try pump.say("online")
    try site.flush()
    #expect(site.observer.count("lab") == 0)
    #expect(try site.retained()["clients/pump/status"]?.text == "online")
  }

  @Test("Without a birth, a join makes a client online, and a birth without rooms leaves it there")
  func joinFirst() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.say("online")
    try site.wait(forStats: "one client") { $0.clients == 1 && $0.presences == 1 && $0.rooms == 1 }
    #expect(try site.observer.words("lab") == ["+pump joined"])
  }
}
