import MQTT
import TestSupport
import Testing

/// Behaviours 9, 10 and 12 at a restart of the bridge.
@Suite(.serialized)
struct RestartTests {
  @Test(
    "After kill -9 the state is there, nothing is announced again, and who died meanwhile is removed",
    arguments: [ProtocolVersion.v5, .v311])
  func killed(version: ProtocolVersion) throws {
    let site = try Site(version)
    let devices = try ["fan", "lamp", "pump", "valve"].map { try site.device($0, user: "ann") }
    for device in devices { try device.say(#"{"state":"online","rooms":["lab"]}"#) }
    try site.wait("lab", holds: "fan", "lamp", "pump", "valve")
    let before = try #require(try site.observer.snapshot("lab"))
    try site.bridge.kill()
    try site.wait(for: "offline") { site.observer.newest("bridge/status")?.text == "offline" }
    site.observer.forget()

    devices[0].vanish()
    try devices[1].leave("lab")
    try site.device("newcomer").join("lab")
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait("lab", holds: "newcomer", "pump", "valve")
    #expect(
      try site.observer.words("lab").sorted()
        == ["+newcomer joined", "-fan offline", "-lamp left"])
    let events = try site.observer.events("lab")
    #expect(events.first?.previous == before.revision)
    #expect(events.allSatisfy { $0.revision > before.revision })
    let after = try #require(try site.observer.snapshot("lab"))
    for name in ["pump", "valve"] {
      #expect(after.member(name)?.since == before.member(name)?.since)
    }
  }

  @Test(
    "A restart in which nothing happened publishes nothing of the rooms",
    arguments: [ProtocolVersion.v5, .v311])
  func nothing(version: ProtocolVersion) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall","lab"],"data":{"n":1}}"#)
    try site.wait("lab", holds: "pump")
    try site.wait("hall", holds: "pump")
    try site.bridge.stop()
    let before = try site.retained()
    site.observer.forget()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.flush()
    let topics = site.observer.client.messages.map(\.topic)
    #expect(topics.filter { $0.hasSuffix("lab") || $0.hasSuffix("hall") } == [])
    let after = try site.retained()
    #expect(after["occupancy/lab"] == before["occupancy/lab"])
  }

  @Test("What was acknowledged before a kill -9 is not lost, many times over")
  func acknowledged() throws {
    let site = try Site()
    var expected: [String] = []
    for round in 0..<6 {
      let sender = try site.device("sender-\(round)")
      let connection = try #require(sender.client.connection)
      for number in 0..<200 {
        let name = "c\(1000 + round * 200 + number)"
        try connection.publish(
          "presence/clients/\(name)/rooms/lab", Array("join".utf8), qos: .atLeastOnce,
          retain: false)
        expected.append(name)
      }
      // Somewhere in the middle of taking them in.
      try sender.client.wait(for: "some") { $0.acknowledged.count > 30 * round }
      try site.bridge.kill()
      try site.bridge.start()
      try sender.client.wait(for: "all") { $0.acknowledged.count == 200 }
      try site.waitUntilLive()
    }
    try site.waitUntilLive()
    try site.wait(for: "\(expected.count) members") {
      site.observer.count("lab") == expected.count
    }
    try site.wait(forStats: "all presences") { $0.presences == expected.count }
    #expect(try site.retained()["count/lab"]?.text == "\(expected.count)")
  }

  @Test(
    "A bridge that was off for longer than the timeout removes nobody who beats",
    arguments: [ProtocolVersion.v5, .v311])
  func off(version: ProtocolVersion) throws {
    let site = try Site(version, ["heartbeat_timeout": "700ms"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    site.beating = [pump, valve]
    for device in [pump, valve] { try device.join("lab") }
    try site.wait("lab", holds: "pump", "valve")
    let before = try #require(try site.observer.snapshot("lab"))
    try site.bridge.kill()
    site.beating = [pump]
    try site.run(for: .milliseconds(1500))
    site.observer.forget()
    try site.bridge.start()
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab") == ["-valve expired"])
    try site.run(for: .milliseconds(800))
    #expect(try site.observer.clients("lab") == ["pump"])
    #expect(try site.observer.snapshot("lab")?.members[0].since == before.members[0].since)
  }

  @Test("Revisions never go back, whatever is deleted")
  func revisions() throws {
    let site = try Site()
    let pump = try site.device("pump")
    var last: Int64 = 0
    for _ in 0..<3 {
      try pump.join("lab")
      try site.wait("lab", holds: "pump")
      try pump.leave("lab")
      try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
      let events = try site.observer.events("lab")
      #expect(events.allSatisfy { $0.revision > last })
      last = try #require(events.last?.revision)
      try site.bridge.kill()
      try FreshDatabase.remove(site.bridge)
      site.observer.forget()
      try site.bridge.start()
      try site.waitUntilLive()
    }
  }
}
