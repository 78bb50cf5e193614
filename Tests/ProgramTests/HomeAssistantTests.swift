import Foundation
import MQTT
import TestSupport
import Testing

/// Rooms in Home Assistant: what is retained for it follows what is retained of the rooms.
@Suite(.serialized)
struct HomeAssistantTests {
  private static let node = "rollcall-presence"

  /// What its listener heard on `homeassistant/#`, over all of its connections.
  private final class Listener {
    let client: TestClient

    init(_ site: Site) throws {
      client = TestClient(site.broker, id: "homeassistant")
      try connect(site)
    }

    func connect(_ site: Site) throws {
      try client.connect()
      try client.subscribe("homeassistant/#", "ha/#")
      site.adopt(client)
    }

    /// The newest payload of a room's configurations: of the binary sensor and of the sensor.
    func configs(_ object: String, under prefix: String = "homeassistant") -> [String] {
      ["binary_sensor", "sensor"].map { component in
        let topic = "\(prefix)/\(component)/\(node)/\(object)/config"
        return client.messages.last { $0.topic == topic }?.text ?? ""
      }
    }

    func count(_ object: String) -> Int {
      client.messages.filter { $0.topic.hasSuffix("/\(object)/config") }.count
    }

    func hasBoth(_ object: String, under prefix: String = "homeassistant") -> Bool {
      configs(object, under: prefix).allSatisfy { !$0.isEmpty }
    }

    func hasCleared(_ object: String) -> Bool { configs(object) == ["", ""] && count(object) >= 2 }
  }

  private func site(
    _ version: ProtocolVersion = .v5, _ settings: [String: String] = [:], persistence: Bool = false
  ) throws -> (Site, Listener) {
    let site = try Site(version, ["home_assistant": "on"].merging(settings) { $1 }) {
      $0.persistence = persistence
    }
    return (site, try Listener(site))
  }

  /// What is retained below a prefix.
  private func retained(_ site: Site, _ prefix: String = "homeassistant") throws -> [String: String]
  {
    let reader = TestClient(site.broker, id: "reader")
    try reader.connect()
    try reader.subscribe("\(prefix)/#", qos: .atMostOnce)
    try reader.subscribe("$SYS/broker/version", qos: .atMostOnce)
    try reader.wait(forMessage: "$SYS/broker/version")
    let kept = reader.messages.filter { $0.retain && $0.topic.hasPrefix(prefix) }
    return Dictionary(kept.map { ($0.topic, $0.text) }) { $1 }
  }

  /// Starts the bridge with other settings, on the same database.
  private func restart(_ site: Site, _ lines: [String]) throws {
    let path = site.bridge.directory.file("rollcall.conf")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let kept = text.split(separator: "\n").filter { !$0.hasPrefix("home_assistant") }.map(
      String.init)
    try site.bridge.directory.write(
      (kept + lines).joined(separator: "\n") + "\n", to: "rollcall.conf")
    try site.bridge.start()
    try site.waitUntilLive()
  }

  @Test(
    "A room has its configurations as long as its topics", arguments: [ProtocolVersion.v5, .v311])
  func appears(version: ProtocolVersion) throws {
    let (site, listener) = try site(version, ["empty_room_ttl": "600ms"])
    let pump = try site.device("pump")
    let room = "Haus A/Küche"
    try pump.join(room)
    try site.wait(for: "configurations") { listener.hasBoth("Haus_20A_2fK_c3_bcche") }
    #expect(try retained(site).count == 2)
    let valve = try site.device("valve")
    try valve.join(room)
    try site.wait(room, holds: "pump", "valve")
    for device in [pump, valve] { try device.leave(room) }
    try site.wait(for: "an empty room") { site.observer.count(room) == 0 }
    #expect(listener.count("Haus_20A_2fK_c3_bcche") == 2)
    try site.wait(for: "cleared") { listener.hasCleared("Haus_20A_2fK_c3_bcche") }
    #expect(try retained(site) == [:])
    try pump.join(room)
    try site.wait(for: "configurations again") { listener.hasBoth("Haus_20A_2fK_c3_bcche") }
  }

  @Test("Turned off, and by default, nothing is said to Home Assistant")
  func off() throws {
    let (site, listener) = try site(.v5, ["home_assistant": "off"])
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try listener.client.publish("homeassistant/status", "online")
    try site.flush()
    #expect(listener.client.messages.map(\.topic) == ["homeassistant/status"])
    try site.wait(forStats: "one message each") { $0.received == 2 && $0.invalid == 0 }
  }

  @Test("What a broker lost is told again", arguments: [ProtocolVersion.v5, .v311])
  func lostBroker(version: ProtocolVersion) throws {
    let (site, listener) = try site(version)
    try site.device("pump").join("lab")
    try site.wait(for: "configurations") { listener.hasBoth("lab") }
    let before = try retained(site)
    try site.broker.kill()
    listener.client.messages = []
    try site.broker.start()
    try site.observer.connect()
    try listener.connect(site)
    try site.wait(for: "configurations again") { listener.hasBoth("lab") }
    #expect(try retained(site) == before)
  }

  @Test("At a restart what is wrong is put right, and what is right is not said again")
  func madeTrue() throws {
    let (site, listener) = try site()
    let pump = try site.device("pump")
    for room in ["hall", "lab", "attic"] { try pump.join(room) }
    try site.wait(for: "configurations") {
      ["hall", "lab", "attic"].allSatisfy { listener.hasBoth($0) }
    }
    let before = try retained(site)
    try site.bridge.stop()
    let start = "homeassistant/sensor/\(Self.node)"
    for (topic, payload) in [
      ("\(start)/lab/config", "{}"), ("\(start)/attic/config", ""), ("\(start)/gone/config", "{}"),
      ("\(start)/no_room/config", "{}"), ("homeassistant/switch/\(Self.node)/lab/config", "{}"),
      ("homeassistant/sensor/other/lab/config", "theirs"),
    ] { try listener.client.publish(topic, payload, retain: true) }
    listener.client.messages = []
    try site.bridge.start()
    try site.waitUntilLive()
    var expected = before
    expected["homeassistant/sensor/other/lab/config"] = "theirs"
    try site.wait(for: "the truth") { try retained(site) == expected }
    try site.flush()
    #expect(listener.count("hall") == 0)
  }

  @Test("Home Assistant's birth is answered within seconds with all that is retained")
  func birth() throws {
    let (site, listener) = try site()
    let pump = try site.device("pump")
    for room in ["hall", "lab"] { try pump.join(room) }
    try site.wait(for: "configurations") { listener.hasBoth("hall") && listener.hasBoth("lab") }
    listener.client.messages = []
    try listener.client.publish("homeassistant/status", "offline")
    try listener.client.publish("homeassistant/status", "online", retain: true)
    try site.wait(for: "an answer") { listener.count("hall") == 2 && listener.count("lab") == 2 }
    let lab = try retained(site).sorted { $0.key < $1.key }.filter { $0.key.contains("/lab/") }
    #expect(listener.configs("lab") == lab.map(\.value))
  }

  @Test("Turned off, or moved to another prefix, what was told is taken back, once")
  func turnedOff() throws {
    let (site, listener) = try site()
    let pump = try site.device("pump")
    for room in ["hall", "lab"] { try pump.join(room) }
    try site.wait(for: "configurations") { listener.hasBoth("hall") && listener.hasBoth("lab") }
    try site.bridge.stop()
    try restart(site, ["home_assistant on", "home_assistant_prefix ha"])
    try site.wait(for: "a move") {
      listener.hasCleared("hall") && listener.hasCleared("lab")
        && listener.hasBoth("lab", under: "ha")
        && listener.hasBoth("hall", under: "ha")
    }
    try site.bridge.stop()
    try restart(site, ["home_assistant off"])
    try site.wait(for: "nothing") { try retained(site, "ha") == [:] }
    try site.flush()
    try site.bridge.stop()

    // By now the bridge remembers nothing: what is there is none of its own.
    try listener.client.publish("ha/sensor/\(Self.node)/lab/config", "theirs", retain: true)
    try site.bridge.start()
    try site.waitUntilLive()
    try site.flush()
    #expect(try retained(site, "ha").count == 1)
  }
}
