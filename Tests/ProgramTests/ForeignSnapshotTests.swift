import MQTT
import TestSupport
import Testing

/// Snapshots on the bridge's own retained topics that somebody else has written, on a broker without an ACL.
@Suite(.serialized)
struct ForeignSnapshotTests {
  @Test(
    "A revision that no bridge can have is not believed, and the database stays whole",
    arguments: [1 << 53 - 1, 1 << 53 - 2, 1 << 53 - 1 << 20, .max] as [Int64])
  func revision(_ foreign: Int64) throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let retained = try #require(try site.retained()["occupancy/lab"])
    let snapshot = try retained.json(Snapshot.self)
    let forged = retained.text.replacing("\(snapshot.revision)", with: "\(foreign)")
    for name in ["lab", "nowhere"] {
      let text = forged.replacing("\"lab\"", with: "\"\(name)\"")
      try pump.client.publish("presence/occupancy/\(name)", text, retain: true)
    }
    for visitor in ["one", "two"] {
      try site.bridge.stop()
      site.observer.forget()
      try site.bridge.start()
      try site.waitUntilLive()
      try site.device(visitor).join("lab")
      try site.wait(for: visitor) { try site.observer.clients("lab").contains(visitor) }
      let event = try #require(try site.observer.events("lab").last)
      #expect(event.revision > snapshot.revision)
      #expect(event.revision < 1 << 52)
      #expect(!site.bridge.log.contains("corrupt"), "\(site.bridge.log)")
    }
    #expect(try site.retained()["occupancy/nowhere"] == nil)
  }

  @Test("A member since the year 0 is taken over, and the database stays whole")
  func since() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let retained = try #require(try site.retained()["occupancy/lab"])
    let since = try #require(try retained.json(Snapshot.self).members.first?.since)
    try site.bridge.kill()
    try FreshDatabase.remove(site.bridge)
    let text = retained.text.replacing(
      since, with: "0000-01-01T00:00:00.000Z", maxReplacements: 1)
    try pump.client.publish("presence/occupancy/lab", text, retain: true)
    for _ in 0..<2 {
      try site.bridge.start()
      try site.waitUntilLive()
      try site.flush()
      let kept = try #require(try site.retained()["occupancy/lab"]).json(Snapshot.self)
      #expect(kept.members.map(\.since) == ["0000-01-01T00:00:00.000Z"])
      #expect(!site.bridge.log.contains("corrupt"), "\(site.bridge.log)")
      try site.bridge.stop()
    }
    #expect(try site.observer.clients("lab") == ["pump"])
  }
}
