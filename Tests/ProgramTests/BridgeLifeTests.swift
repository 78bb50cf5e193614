import Foundation
import Glibc
import MQTT
import TestSupport
import Testing

/// The bridge's own status and stats, and its end.
struct BridgeLifeTests {
  @Test(
    "The bridge is online while it runs and offline after SIGTERM or SIGINT, with status 0",
    arguments: [ProtocolVersion.v5, .v311], [SIGTERM, SIGINT])
  func clean(version: ProtocolVersion, signal: Int32) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    #expect(try site.retained()["bridge/status"]?.text == "online")
    site.bridge.child.send(signal)
    #expect(try site.bridge.waitForExit(limit: .seconds(4)) == .code(0))
    try site.wait(for: "offline") { site.observer.newest("bridge/status")?.text == "offline" }
    let retained = try site.retained()
    #expect(retained["bridge/status"]?.text == "offline")
    #expect(retained["count/lab"]?.text == "1")
  }

  @Test(
    "Killed, the bridge is offline by its will", arguments: [ProtocolVersion.v5, .v311])
  func will(version: ProtocolVersion) throws {
    let site = try Site(version)
    try site.bridge.kill()
    try site.wait(for: "offline") { site.observer.newest("bridge/status")?.text == "offline" }
    #expect(try site.retained()["bridge/status"]?.text == "offline")
    site.observer.forget()
    try site.bridge.start()
    try site.wait(for: "online") { site.observer.newest("bridge/status")?.text == "online" }
    try site.waitUntilLive()
  }

  @Test("What had not been published yet is, before the bridge stops")
  func flushed() throws {
    let site = try Site(.v5, ["publish_interval": "60s"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try valve.join("lab")
    try site.wait(forStats: "two presences") { $0.presences == 2 }
    #expect(site.observer.count("lab") == 1)
    #expect(try site.bridge.stop() == .code(0))
    try site.wait("lab", holds: "pump", "valve")
    #expect(site.observer.newest("bridge/status")?.text == "offline")
  }

  @Test("Stats come every stats_interval, with everything that the contract names")
  func stats() throws {
    let site = try Site()
    try site.device("pump").join("lab")
    try site.wait(for: "five stats") { site.observer.messages("bridge/stats").count >= 5 }
    let message = try #require(site.observer.newest("bridge/stats"))
    let keys = try Set(message.keys())
    let named: Set = [
      "at", "received", "heartbeats", "heartbeats_unknown", "invalid", "stale", "limited",
      "clients", "rooms", "presences", "joined", "left", "expired", "published", "commits",
      "durable", "uptime_s", "version", "longest_turn_ms",
      "stats_interval_s",
    ]
    #expect(named.subtracting(keys) == [])
    #expect(message.qos == 0)
    #expect(try site.retained()["bridge/stats"] != nil)
    let stats = try message.json(Stats.self)
    #expect(stats.clients == 1 && stats.rooms == 1 && stats.presences == 1 && stats.durable)
    #expect((0..<10_000).contains(stats.longest_turn_ms))
  }

  @Test("SIGTERM ends it while it waits for a listener that says nothing")
  func silentListener() throws {
    let server = try RawServer()
    let bridge = try BridgeProcess(port: server.port)
    try server.accept()
    #expect(try bridge.stop(limit: .seconds(4)) == .code(0))
  }

  @Test("SIGTERM ends it while nobody listens, and it tries again until then")
  func deadPort() throws {
    let bridge = try BridgeProcess(port: try TestPort.free())
    #expect(waitUntil { bridge.log.components(separatedBy: "refused").count > 2 })
    #expect(try bridge.stop(limit: .seconds(4)) == .code(0))
  }

  @Test("SIGTERM ends it while the broker hangs")
  func hungBroker() throws {
    let site = try Site()
    site.broker.pause()
    defer { site.broker.resume() }
    #expect(try site.bridge.stop(limit: .seconds(6)) == .code(0))
  }

  @Test("The bridge connects once the broker is there")
  func lateBroker() throws {
    let broker = try TestBroker()
    try broker.kill()
    let bridge = try BridgeProcess(port: broker.port)
    #expect(waitUntil { bridge.log.contains("refused") })
    try broker.start()
    #expect(waitUntil { bridge.isLive })
  }
}
