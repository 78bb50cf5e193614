import MQTT
import TestSupport
import Testing

/// Behaviour 14: two bridges with one client id do not fight.
@Suite(.serialized)
struct TakeoverTests {
  @Test(
    "The bridge whose session was taken over says so and exits with 1; the other stays",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func takeover(version: ProtocolVersion, sameDatabase: Bool) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    var settings = ["protocol": version == .v5 ? "5" : "3.1.1"]
    if sameDatabase { settings["database"] = site.bridge.database }
    let second = try BridgeProcess(port: site.broker.port, settings)
    try site.wait(for: "the end of the first bridge", limit: .seconds(20)) {
      site.bridge.child.exitIfEnded() != nil
    }
    #expect(site.bridge.child.exitIfEnded() == .code(1))
    #expect(site.bridge.log.contains("taken over") || site.bridge.log.contains("taken it over"))

    try site.wait(for: "the second bridge") { second.isLive }
    try site.device("valve").join("lab")
    try site.wait("lab", holds: "pump", "valve")
    #expect(second.child.exitIfEnded() == nil)
    #expect(try site.retained()["bridge/status"]?.text == "online")
    try site.expectNobodyRemoved()
    #expect(try second.stop() == .code(0))
  }

  /// With 3.1.1 nobody is told that its session was taken over, and the replays that the two ask for fill its
  /// queue: to the broker's limit, where it drops their fences, or more and more.
  @Test(
    "A bridge that takes long to settle is not fought meanwhile",
    .timeLimit(.minutes(1)), arguments: [ProtocolVersion.v5, .v311], [1000, 0])
  func slow(version: ProtocolVersion, queueLimit: Int) throws {
    let site = try Site(version) { $0.extraLines.append("max_queued_messages \(queueLimit)") }
    try fill(site)
    let second = try BridgeProcess(
      port: site.broker.port, ["protocol": version == .v5 ? "5" : "3.1.1"])
    try site.wait(for: "the end of the first bridge", limit: .seconds(20)) {
      site.bridge.child.exitIfEnded() != nil
    }
    #expect(site.bridge.child.exitIfEnded() == .code(1))
    try site.wait(for: "the second bridge", limit: .seconds(20)) { second.isLive }
    #expect(second.child.exitIfEnded() == nil)
    #expect(try second.stop() == .code(0))
  }

  /// Retained births enough that a bridge without a database is busy with them for longer than another waits
  /// before it connects again.
  private func fill(_ site: Site) throws {
    let births = 3000
    let connection = try #require(try site.device("sender").client.connection)
    for number in 0..<births {
      let birth = #"{"state":"online","rooms":["r\#(number % 50)"],"timeout":600}"#
      try connection.publish(
        "presence/clients/c\(number)/status", Array(birth.utf8), qos: .atLeastOnce, retain: true)
      if number % 500 == 499 { _ = try drive([connection], for: .milliseconds(20)) { false } }
    }
    try site.wait(for: "all births", limit: .seconds(30)) {
      (0..<50).allSatisfy { site.observer.count("r\($0)") == births / 50 }
    }
  }
}
