import MQTT
import TestSupport
import Testing

/// Devices whose firmware retains the will and not the birth: a new reader finds them dead, though they are alive.
@Suite(.serialized)
struct ClaimTests {
  private static let birth = #"{"state":"online","rooms":["lab"],"timeout":0}"#

  /// The broker has been up for longer than the bridge will be away, and has said so.
  private func waitForUptime(_ site: Site) throws {
    let reader = TestClient(site.broker, id: "uptime")
    try reader.connect()
    try reader.subscribe("$SYS/broker/uptime")
    site.adopt(reader)
    try site.wait(for: "an older broker", limit: .seconds(20)) {
      reader.messages.contains { (Int($0.text.prefix { $0 != " " }) ?? 0) >= 5 }
    }
  }

  private func site(
    _ version: ProtocolVersion, will: QoS, _ settings: [String: String] = [:]
  ) throws -> Site {
    let site = try Site(version, settings)
    let pump = Device(site.broker, "pump") {
      $0.protocolVersion = version
      $0.will = Will(
        topic: "presence/clients/pump/status", payload: Array("offline".utf8), qos: will,
        retain: true)
    }
    site.adopt(pump)
    try pump.client.connect()
    try pump.say(Self.birth, retain: false)
    try site.wait("lab", holds: "pump")
    pump.vanish()
    try site.wait("lab")
    try pump.client.connect()
    try pump.say(Self.birth, retain: false)
    try site.wait("lab", holds: "pump")
    try waitForUptime(site)
    #expect(try site.retained()["clients/pump/status"]?.text == "offline")
    site.observer.forget()
    return site
  }

  @Test(
    "A restart of the bridge removes nobody whose old will is retained",
    arguments: [ProtocolVersion.v5, .v311], [QoS.atLeastOnce, .atMostOnce])
  func restart(version: ProtocolVersion, will: QoS) throws {
    let site = try site(version, will: will)
    try site.bridge.kill()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.flush()
    try site.bridge.stop()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.flush()
    try site.expectNobodyRemoved()
    #expect(site.observer.count("lab") ?? 1 == 1)
  }

  @Test(
    "Where the session was kept, who relies on that will need not even be heard",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func unheard(version: ProtocolVersion, isKilled: Bool) throws {
    let site = try site(version, will: .atLeastOnce, ["heartbeat_timeout": "800ms"])
    if isKilled { try site.bridge.kill() } else { try site.bridge.stop() }
    try site.bridge.start()
    try site.waitUntilLive()
    try site.run(for: .milliseconds(1_500))
    try site.expectNobodyRemoved()
    #expect(try site.retained()["count/lab"]?.text == "1")
  }

  @Test("With a session that is lost it has to be, and who is silent goes")
  func lost() throws {
    let site = try site(.v5, will: .atLeastOnce, ["heartbeat_timeout": "800ms"])
    try site.bridge.kill()
    let stranger = TestClient(site.broker, id: "rollcall-presence")
    try stranger.connect()
    try stranger.disconnect()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait("lab")
    #expect(try site.observer.words("lab") == ["-pump expired"])
  }

  @Test(
    "A session that a stranger has read from, or made, proves nothing", arguments: [true, false])
  func stranger(isResumed: Bool) throws {
    let site = try site(.v5, will: .atLeastOnce, ["heartbeat_timeout": "800ms"])
    try site.bridge.kill()
    try site.wait(for: "the will") { site.observer.newest("bridge/status")?.text == "offline" }
    let stranger = TestClient(site.broker, id: "rollcall-presence") {
      $0.cleanStart = !isResumed
      $0.sessionExpiry = .seconds(600)
    }
    try stranger.connect()
    site.adopt(stranger)
    // Its will reads like the one before, and reaches the stranger alone.
    site.devices[0].vanish()
    try site.run(for: .milliseconds(500))
    try stranger.disconnect()
    try site.bridge.start()
    try site.wait(for: "the bridge") { site.bridge.isLive }
    #expect(site.bridge.log.contains("session kept"))
    // The same words say nothing; it has to be heard once, and is not.
    try site.wait("lab")
    #expect(try site.observer.words("lab") == ["-pump expired"])
  }

  @Test("Who died while the bridge was away is dead, by the queue of the session that was kept")
  func died() throws {
    let site = try site(.v5, will: .atLeastOnce)
    try site.bridge.kill()
    site.devices[0].vanish()
    try site.run(for: .milliseconds(300))
    try site.bridge.start()
    try site.wait("lab")
    #expect(try site.observer.words("lab") == ["-pump offline"])
  }
}
