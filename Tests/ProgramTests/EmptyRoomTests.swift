import MQTT
import TestSupport
import Testing

/// Behaviour 8: rooms that have been empty for a while.
@Suite(.serialized)
struct EmptyRoomTests {
  private func isCleared(_ site: Site, _ room: String) -> Bool {
    site.observer.newest("count/\(room)")?.text == ""
      && site.observer.newest("occupancy/\(room)")?.text == ""
  }

  @Test(
    "An empty room shows 0 for a while, then both of its topics are cleared",
    arguments: [ProtocolVersion.v5, .v311])
  func cleared(version: ProtocolVersion) throws {
    let site = try Site(version, ["empty_room_ttl": "800ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.leave("lab")
    let left = ContinuousClock.now
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    #expect(try site.retained()["count/lab"]?.text == "0")
    try site.wait(for: "cleared topics") { isCleared(site, "lab") }
    #expect(ContinuousClock.now - left >= .milliseconds(750))
    let retained = try site.retained()
    #expect(retained["count/lab"] == nil && retained["occupancy/lab"] == nil)

    let last = try #require(try site.observer.events("lab").last)
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    let event = try #require(try site.observer.events("lab").last)
    #expect(event.words == ["+pump joined"])
    #expect(event.revision > last.revision)
  }

  @Test("A room that fills up again in time is not cleared")
  func refilled() throws {
    let site = try Site(.v5, ["empty_room_ttl": "600ms"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.leave("lab")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.join("lab")
    try pump.join("other")
    try site.wait("lab", holds: "pump")
    try pump.leave("other")
    try site.wait(for: "cleared topics") { isCleared(site, "other") }
    #expect(site.observer.count("lab") == 1)
    #expect(try site.retained()["occupancy/lab"] != nil)
  }

  @Test(
    "The time that an empty room has left survives a restart of the bridge",
    arguments: [false, true])
  func acrossRestart(beyond: Bool) throws {
    let site = try Site(.v5, ["empty_room_ttl": beyond ? "300ms" : "2500ms"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("lab")
    try valve.join("hall")
    try site.wait("lab", holds: "pump")
    try pump.leave("lab")
    let left = ContinuousClock.now
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try site.bridge.kill()
    if beyond { try site.run(for: .milliseconds(400)) }
    try site.bridge.start()
    try site.wait(for: "cleared topics") { isCleared(site, "lab") }
    if !beyond {
      #expect(ContinuousClock.now - left >= .milliseconds(2400))
    }
    #expect(try site.retained()["count/hall"]?.text == "1")
  }
}
