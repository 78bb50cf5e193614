import MQTT
import TestSupport
import Testing

/// Sparkplug B edge nodes, with payloads as they encode them.
@Suite(.serialized)
struct SparkplugPresetTests {
  /// Field by field, in protobuf's encoding; all numbers here are below 128.
  private static func payload(session: UInt8) -> [UInt8] {
    let name = Array("bdSeq".utf8)
    // name, datatype (Int64) and long_value of the metric.
    let metric = [0x0a, UInt8(name.count)] + name + [0x20, 4, 0x58, session]
    // timestamp, then the metric, then seq.
    return [0x08, 5, 0x12, UInt8(metric.count)] + metric + [0x18, 0]
  }

  private static func will(_ session: UInt8) -> Will {
    Will(
      topic: "spBv1.0/plant/NDEATH/edge", payload: payload(session: session), qos: .atLeastOnce,
      retain: false)
  }

  private func say(_ device: Device, _ topic: String, _ payload: [UInt8] = [0x18, 1]) throws {
    try device.client.publish("spBv1.0/plant/\(topic)", bytes: payload, qos: .atMostOnce)
  }

  @Test func `A node's will takes its devices with it, and only their births bring them back`()
    throws
  {
    let site = try Site(sources: "source sparkplug\n")
    let node = try site.speaker("edge", will: Self.will(3))
    try say(node, "NBIRTH/edge", Self.payload(session: 3))
    for device in ["pump", "valve"] { try say(node, "DBIRTH/edge/\(device)") }
    let all = ["sparkplug:plant:edge", "sparkplug:plant:edge:pump", "sparkplug:plant:edge:valve"]
    try site.wait("plant", holds: all[0], all[1], all[2])
    try say(node, "DDEATH/edge/valve")
    try site.wait("plant", holds: all[0], all[1])
    node.vanish()
    try site.wait(for: "an empty room") { site.observer.count("plant") == 0 }
    #expect(
      try site.observer.words("plant").suffix(2).sorted()
        == [
          "-\(all[1]) gateway", "-\(all[0]) offline",
        ].sorted())

    let again = try site.speaker("edge-again", will: Self.will(4))
    try say(again, "NBIRTH/edge", Self.payload(session: 4))
    try site.wait("plant", holds: all[0])
    try say(again, "DBIRTH/edge/pump")
    try site.wait("plant", holds: all[0], all[1])
    // The will of the session before comes late.
    try say(again, "NDEATH/edge", Self.payload(session: 3))
    try site.wait(forStats: "a stale will") { $0.stale == 1 }
    try site.wait("plant", holds: all[0], all[1])
  }

  @Test func `Data is the heartbeat, and bytes that are no payload change nothing`() throws {
    let site = try Site(sources: "source sparkplug\ntimeout 1s\n")
    let node = try site.speaker("edge", will: Self.will(0))
    try say(node, "NBIRTH/edge", Self.payload(session: 0))
    try site.wait("plant", holds: "sparkplug:plant:edge")
    for _ in 0..<6 {
      try site.run(for: .milliseconds(250))
      try say(node, "NDATA/edge")
    }
    try say(node, "NBIRTH/edge", [0x12, 0xff])
    try site.wait(forStats: "a broken birth") { $0.invalid == 1 }
    #expect(try site.observer.words("plant") == ["+sparkplug:plant:edge joined"])
    try site.wait(for: "an empty room") { site.observer.count("plant") == 0 }
    #expect(try site.observer.words("plant").last == "-sparkplug:plant:edge expired")
  }

  @Test func `A will with the number before the birth's ends a node that is not heard any more`()
    throws
  {
    let site = try Site(
      .v5, ["heartbeat_timeout": "2s"], sources: "source sparkplug\nrebirth on\n")
    let asked = try site.speaker("host")
    _ = try asked.client.subscribe("spBv1.0/plant/NCMD/edge")
    let node = try site.speaker("edge", will: Self.will(2))
    try say(node, "NBIRTH/edge", Self.payload(session: 3))
    try site.wait("plant", holds: "sparkplug:plant:edge")
    // As if an earlier connection's will came late: the node answers with data.
    try say(node, "NDEATH/edge", Self.payload(session: 2))
    try site.wait(forStats: "a doubted will") { $0.stale == 1 }
    for _ in 0..<12 {
      try say(node, "NDATA/edge")
      try site.run(for: .milliseconds(250))
    }
    #expect(try site.observer.words("plant") == ["+sparkplug:plant:edge joined"])
    try site.wait(for: "a command") { asked.client.messages.count == 1 }
    node.vanish()
    try site.wait(for: "an empty room") { site.observer.count("plant") == 0 }
    #expect(try site.observer.words("plant").last == "-sparkplug:plant:edge offline")
  }
}
