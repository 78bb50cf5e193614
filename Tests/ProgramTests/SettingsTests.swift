import MQTT
import TestSupport
import Testing

/// Settings that change where things are, or bound them.
struct SettingsTests {
  @Test("Another root moves every topic, and the client id with it")
  func root() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "pump")
    try client.connect()
    try client.subscribe("#")
    let bridge = try BridgeProcess(port: broker.port, ["root": "site/one"])
    try client.wait(for: "a live bridge") { _ in bridge.isLive }
    try client.publish("site/one/clients/pump/rooms/lab", "join")
    try client.publish("presence/clients/pump/rooms/lab", "join")
    try client.wait(forMessage: "site/one/count/lab", "1")
    try client.wait(forMessage: "site/one/bridge/status", "online")
    let topics = client.messages.map(\.topic).filter { !$0.hasPrefix("site/one/") }
    #expect(topics == ["presence/clients/pump/rooms/lab"])
    #expect(broker.log.contains("as rollcall-site-one "))
    #expect(try bridge.stop() == .code(0))
  }

  @Test("Without a database file, the broker alone remembers")
  func memory() throws {
    let site = try Site(.v5, ["database": ":memory:"])
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let before = try #require(try site.observer.snapshot("lab"))
    try site.bridge.kill()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.flush()
    let after = try #require(try site.retained()["occupancy/lab"]?.json(Snapshot.self))
    #expect(after.members == before.members)
    #expect(try site.observer.words("lab") == ["+pump joined"])
  }

  @Test("Two bridges of different client ids cannot share a database: the first exits with 1")
  func sharedDatabase() throws {
    let site = try Site()
    let second = try BridgeProcess(
      port: site.broker.port, ["client_id": "other", "database": site.bridge.database])
    try site.wait(for: "the second bridge") { second.isLive }
    try site.device("pump").join("lab")
    try site.wait(for: "the end of the first bridge") {
      site.bridge.child.exitIfEnded() == .code(1)
    }
    #expect(site.bridge.log.contains(site.bridge.database))
    try site.device("valve").join("lab")
    try site.wait(for: "two members") { site.observer.count("lab") == 2 }
    #expect(second.child.exitIfEnded() == nil)
  }

  @Test("Names may be any UTF-8, and are sorted as bytes")
  func names() throws {
    let site = try Site()
    // é composed and decomposed are two names, and a room may look like JSON.
    let names = ["e\u{301}", "\u{e9}", "a\"b\\", "Ω", "B", "a", "\u{1F600}"]
    let room = "{\"größe\"}/✓"
    for name in names {
      try site.observer.client.publish("presence/clients/\(name)/rooms/\(room)", "join")
    }
    try site.wait(for: "all") { site.observer.count(room) == names.count }
    let sorted = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(try site.observer.clients(room).map { Array($0.utf8) } == sorted)
    #expect(try site.observer.snapshot(room)?.room == room)
  }
}
