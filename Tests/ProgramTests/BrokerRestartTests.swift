import MQTT
import TestSupport
import Testing

/// Behaviour 9 when the broker is restarted: no death, and the retained topics made true again.
@Suite(.serialized)
struct BrokerRestartTests {
  /// Devices in a room that come back by themselves.
  private func faithful(_ site: Site, _ count: Int, room: String = "lab") throws {
    for number in 0..<count {
      let device = Device(site.broker, "c\(1000 + number)") {
        $0.protocolVersion = site.version
        $0.keepAlive = .seconds(60)
      }
      device.birth = #"{"state":"online","rooms":["\#(room)"]}"#
      site.adopt(device)
      site.faithful.append(device)
    }
    try site.wait(for: "\(count) members", limit: .seconds(20)) {
      site.observer.count(room) == count
    }
  }

  private func waitForReconnects(_ site: Site, times: Int) throws {
    try site.wait(for: "everybody's return", limit: .seconds(20)) {
      site.faithful.allSatisfy(\.isBorn)
        && site.bridge.log.components(separatedBy: "live on").count == 1 + times
    }
  }

  @Test(
    "A broker that was killed comes back: nobody who reconnects is removed, and the topics are true",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func killed(version: ProtocolVersion, persistence: Bool) throws {
    let site = try Site(version) { $0.persistence = persistence }
    try faithful(site, 5)
    let before = try #require(try site.observer.snapshot("lab"))
    try site.broker.kill()
    try site.broker.start()
    try site.observer.connect()
    try waitForReconnects(site, times: 2)
    try site.run(for: .milliseconds(2300))
    try site.expectNobodyRemoved()
    let retained = try site.retained()
    #expect(retained["count/lab"]?.text == "5")
    #expect(retained["bridge/status"]?.text == "online")
    let after = try #require(try retained["occupancy/lab"]?.json(Snapshot.self))
    #expect(after.members == before.members)
    #expect(after.revision >= before.revision)
  }

  @Test(
    "A broker that is stopped sends everybody's wills first: not one is removed who comes back",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func stopped(version: ProtocolVersion, persistence: Bool) throws {
    let site = try Site(version, ["restart_grace": "3s"]) { $0.persistence = persistence }
    try faithful(site, 200)
    try site.broker.stop()
    try site.broker.start()
    try site.observer.connect()
    try waitForReconnects(site, times: 2)
    try site.run(for: .milliseconds(3500))
    try site.expectNobodyRemoved()
    #expect(try site.retained()["count/lab"]?.text == "200")
  }

  @Test(
    "A device that is back before the bridge, and says nothing more, is not removed for its old will"
  )
  func backBeforeTheBridge() throws {
    let site = try Site(.v5, ["restart_grace": "500ms", "offline_grace": "1s"])
    try faithful(site, 2)
    // The bridge hangs, so that the devices are first.
    site.bridge.pause()
    try site.broker.stop()
    try site.broker.start()
    try site.wait(for: "everybody's return") { site.faithful.allSatisfy(\.isBorn) }
    site.bridge.resume()
    try site.observer.connect()
    try waitForReconnects(site, times: 2)
    try site.run(for: .milliseconds(1500))
    try site.expectNobodyRemoved()
    #expect(try site.retained()["count/lab"]?.text == "2")
  }

  @Test(
    "Devices that come back after the bridge, but within restart_grace, are not removed",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func backAfterTheBridge(version: ProtocolVersion, persistence: Bool) throws {
    let site = try Site(version, ["restart_grace": "3s"]) { $0.persistence = persistence }
    try faithful(site, 3)
    let devices = site.faithful
    site.faithful = []
    try site.broker.stop()
    try site.broker.start()
    try site.observer.connect()
    try waitForReconnects(site, times: 2)
    // Longer than offline_grace and its fence take.
    try site.run(for: .milliseconds(700))
    site.faithful = devices
    try waitForReconnects(site, times: 2)
    try site.run(for: .milliseconds(2800))
    try site.expectNobodyRemoved()
    #expect(try site.retained()["count/lab"]?.text == "3")
  }

  @Test(
    "Who does not come back after a restart of the broker is removed after restart_grace",
    arguments: [true, false])
  func gone(persistence: Bool) throws {
    let site = try Site(.v5, ["restart_grace": "1s", "heartbeat_timeout": "3s"]) {
      $0.persistence = persistence
    }
    try faithful(site, 3)
    let lost = site.faithful.removeFirst()
    try site.broker.stop()
    try site.broker.start()
    try site.observer.connect()
    try waitForReconnects(site, times: 2)
    site.beating = site.faithful
    try site.wait("lab", holds: "c1001", "c1002")
    #expect(try site.observer.removed().map { $0.prefix(5) } == ["\(lost.name)"])
  }

  @Test(
    "A broker that was replaced while the bridge was off: who is there stays, the others expire")
  func replacedMeanwhile() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "1s", "restart_grace": "500ms"])
    site.beatInterval = .milliseconds(200)
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    site.beating = [pump, valve]
    for device in [pump, valve] { try device.say(#"{"state":"online","rooms":["lab"]}"#) }
    try site.wait("lab", holds: "pump", "valve")
    let before = try #require(try site.observer.snapshot("lab"))
    try site.bridge.kill()
    try site.broker.kill()
    try site.broker.start()
    site.observer.forget()
    try site.observer.connect()
    try pump.client.connect()
    site.beating = [pump]
    try site.run(for: .milliseconds(1200))
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab") == ["-valve expired"])
    #expect(try site.observer.snapshot("lab")?.member("pump") == before.member("pump"))
  }

  @Test("Retained topics that a restarted broker lost are published again, without an event")
  func republished() throws {
    let site = try Site()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    for device in [pump, valve] { try device.join("lab") }
    try site.wait("lab", holds: "pump", "valve")
    try valve.join("hall")
    try site.wait("hall", holds: "valve")
    let before = try #require(try site.observer.snapshot("lab"))
    try site.broker.kill()
    try site.broker.start()
    site.observer.forget()
    try site.observer.connect()
    try site.wait("lab", holds: "pump", "valve")
    try site.wait("hall", holds: "valve")
    #expect(try site.observer.words("lab") == [] && site.observer.words("hall") == [])
    #expect(try site.observer.snapshot("lab")?.members == before.members)
  }

  @Test("Retained topics that somebody else spoiled are made true at the next connection")
  func spoiled() throws {
    let site = try Site()
    let pump = try site.device("pump")
    for room in ["attic", "hall", "lab"] { try pump.join(room) }
    for room in ["attic", "hall", "lab"] { try site.wait(room, holds: "pump") }
    try site.bridge.stop()
    try pump.client.publish("presence/count/lab", "7", retain: true)
    try pump.client.publish("presence/occupancy/hall", "", retain: true)
    try pump.client.publish("presence/occupancy/attic", "nonsense", retain: true)
    try pump.client.publish("presence/count/nowhere", "3", retain: true)
    try site.bridge.start()
    try site.wait(for: "true topics") {
      site.observer.count("lab") == 1 && site.observer.newest("count/nowhere")?.text == ""
    }
    try site.flush()
    let retained = try site.retained()
    for room in ["attic", "hall", "lab"] {
      #expect(try retained["occupancy/\(room)"]?.json(Snapshot.self).clients == ["pump"])
      #expect(retained["count/\(room)"]?.text == "1")
    }
  }
}
