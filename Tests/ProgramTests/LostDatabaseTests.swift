import Foundation
import MQTT
import TestSupport
import Testing

/// What the broker alone remembers when the bridge's database is gone or damaged.
@Suite(.serialized)
struct LostDatabaseTests {
  /// A bridge that has known two devices and four rooms, and was killed.
  private func site(_ version: ProtocolVersion) throws -> (Site, Snapshot) {
    let site = try Site(version)
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.say(#"{"state":"online","rooms":["hall","lab"]}"#)
    try valve.say(#"{"state":"online","rooms":["lab"]}"#)
    try valve.join("joined-only")
    try valve.join("left")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("joined-only", holds: "valve")
    try site.wait("left", holds: "valve")
    try valve.leave("left")
    try site.wait(for: "an empty room") { site.observer.count("left") == 0 }
    let before = try #require(try site.observer.snapshot("lab"))
    try site.bridge.kill()
    return (site, before)
  }

  private func expectRebuilt(_ site: Site, _ before: Snapshot) throws {
    try site.waitUntilLive()
    try site.wait(for: "cleared topics") {
      site.observer.newest("count/left")?.text == ""
        && site.observer.newest("occupancy/left")?.text == ""
    }
    try site.flush()
    let retained = try site.retained()
    let after = try #require(try retained["occupancy/lab"]?.json(Snapshot.self))
    #expect(after.members == before.members)
    #expect(after.revision >= before.revision)
    #expect(retained["count/lab"]?.text == "2")
    #expect(try site.observer.words("lab").filter { $0.hasPrefix("+") } == [])
    #expect((site.observer.count("joined-only") ?? 0) == 0)

    try site.device("newcomer").join("lab")
    try site.wait(for: "a newcomer") { site.observer.count("lab") == 3 }
    let event = try #require(try site.observer.events("lab").last)
    #expect(event.revision > before.revision)
    #expect(event.previous == after.revision)
  }

  @Test(
    "A deleted database is rebuilt from the retained births, and what nobody knows is cleared",
    arguments: [ProtocolVersion.v5, .v311])
  func deleted(version: ProtocolVersion) throws {
    let (site, before) = try site(version)
    try FreshDatabase.remove(site.bridge)
    site.observer.forget()
    try site.bridge.start()
    try expectRebuilt(site, before)
  }

  @Test("A damaged database is set aside, said so, and rebuilt")
  func damaged() throws {
    let (site, before) = try site(.v5)
    let path = site.bridge.database
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    // The header stays ours; the pages behind it are noise.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    if bytes.count < 8192 { bytes.append(Data(count: 8192 - bytes.count)) }
    for place in 100..<bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 37 ^ 0x5a) }
    try bytes.write(to: URL(fileURLWithPath: path))
    site.observer.forget()
    try site.bridge.start()
    try expectRebuilt(site, before)
    #expect(site.bridge.log.contains("corrupt"))
    let names = try FileManager.default.contentsOfDirectory(atPath: site.bridge.directory.path)
    let aside = try #require(names.first { $0.contains(".corrupt-") && !$0.hasSuffix("wal") })
    let kept = try Data(contentsOf: URL(fileURLWithPath: site.bridge.directory.file(aside)))
    #expect(kept == bytes)
  }

  @Test("Revisions rise above those on retained topics that are ahead of the clock")
  func aheadOfTheClock() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let retained = try #require(try site.retained()["occupancy/lab"])
    let snapshot = try retained.json(Snapshot.self)
    try site.bridge.kill()
    try FreshDatabase.remove(site.bridge)
    let ahead = snapshot.revision + (1 << 45)
    let text = retained.text.replacing("\(snapshot.revision)", with: "\(ahead)")
    try pump.client.publish("presence/occupancy/lab", text, retain: true)
    site.observer.forget()
    try site.bridge.start()
    try site.waitUntilLive()
    try pump.leave("lab")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    let event = try #require(try site.observer.events("lab").last)
    #expect(event.revision > ahead)
    #expect(event.revision < 1 << 53)
  }
}
