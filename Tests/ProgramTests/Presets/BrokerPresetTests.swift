import MQTT
import TestSupport
import Testing

/// Brokers that say who connects and who goes. Mosquitto says it itself; the others' events are published under a
/// prefix, since no client may publish under `$SYS`.
@Suite(.serialized)
struct BrokerPresetTests {
  private func logging(_ setup: inout TestBroker.Setup) {
    setup.extraLines += ["log_dest topic", "log_type notice", "connection_messages true"]
  }

  @Test(arguments: [ProtocolVersion.v5, .v311])
  func `Mosquitto's own log of a client that knows nothing of presence`(version: ProtocolVersion)
    throws
  {
    let site = try Site(
      version, sources: "source mosquitto-log\nroom all/{client}\n", broker: logging)
    let lamp = try site.speaker("lamp")
    try site.wait("all/lamp", holds: "mosquitto-log:lamp")
    lamp.vanish()
    try site.wait(for: "an empty room") { site.observer.count("all/lamp") == 0 }
    #expect(try site.observer.words("all/lamp").last == "-mosquitto-log:lamp offline")
    try lamp.client.connect()
    try site.wait("all/lamp", holds: "mosquitto-log:lamp")
    try lamp.client.disconnect()
    try site.wait(for: "an empty room") { site.observer.count("all/lamp") == 0 }
  }

  @Test func `A client id that imitates a line of the log ends nobody, and is counted`() throws {
    let site = try Site(
      .v5, sources: "source mosquitto-log\nroom all/{client}\n", broker: logging)
    _ = try site.speaker("lamp")
    try site.wait("all/lamp", holds: "mosquitto-log:lamp")
    let forger = try site.speaker("x as lamp (p2, c1, k60).")
    let closer = try site.speaker("lamp disconnected.")
    closer.vanish()
    forger.vanish()
    try site.wait(forStats: "them") { $0.invalid >= 3 }
    try site.wait("all/lamp", holds: "mosquitto-log:lamp")
    #expect(try site.observer.words("all/lamp") == ["+mosquitto-log:lamp joined"])
  }

  private static func emqx(_ more: String) -> String {
    #"{"clientid":"lamp","username":"ann","ipaddress":"10.0.0.7","keepalive":60,\#(more)}"#
  }

  @Test func `EMQX`() throws {
    let stage = try PresetStage("emqx\nprefix emqx/brokers")
    let client = "emqx/brokers/emqx@node1/clients/lamp"
    try stage.say("\(client)/connected", Self.emqx(#""connected_at":1700000005000"#))
    try stage.holds("emqx", "emqx:lamp")
    #expect(try stage.site.observer.snapshot("emqx")?.users == ["ann"])
    // Its session was taken over by itself, and an event of an earlier session comes late.
    try stage.say(
      "\(client)/disconnected",
      Self.emqx(
        #""reason":"takenover","connected_at":1700000005000,"disconnected_at":1700000009000"#))
    try stage.say(
      "\(client)/disconnected",
      Self.emqx(#""reason":"normal","connected_at":1700000001000,"disconnected_at":1700000004000"#))
    try stage.counted("a stale event") { $0.stale == 1 }
    try stage.holds("emqx", "emqx:lamp")
    try stage.say(
      "\(client)/disconnected",
      Self.emqx(#""reason":"keepalive_timeout","connected_at":1700000005000"#))
    try stage.holds("emqx")
    #expect(try stage.site.observer.words("emqx") == ["+emqx:lamp joined", "-emqx:lamp offline"])
  }

  @Test func `NanoMQ`() throws {
    let stage = try PresetStage("nanomq\nprefix nano/brokers")
    let start =
      #"{"username":"ann","ts":1700000005000,"proto_name":"MQTT","keepalive":60,"return_code":"0","#
      + #""proto_ver":4,"client_id":"lamp","clean_start":1,"IPv4":"10.0.0.7"}"#
    let end =
      #"{"username":"ann","ts":1700000009000,"reason_code":"%","client_id":"lamp","IPv4":"10.0.0.7"}"#
    try stage.say("nano/brokers/connected", start)
    try stage.holds("nanomq", "nanomq:lamp")
    try stage.say("nano/brokers/disconnected", end.replacing("%", with: "8e"))
    try stage.say("nano/brokers/connected", start.replacing("lamp", with: #"x","client_id":"lamp"#))
    try stage.counted("a forged event") { $0.invalid == 1 }
    try stage.holds("nanomq", "nanomq:lamp")
    try stage.say("nano/brokers/disconnected", end.replacing("%", with: "0"))
    try stage.holds("nanomq")
    #expect(
      try stage.site.observer.words("nanomq") == ["+nanomq:lamp joined", "-nanomq:lamp offline"])
  }

  private static func aws(_ type: String, _ session: String, _ version: Int, _ more: String = "")
    -> String
  {
    #"{"clientId":"lamp","timestamp":170000000\#(version)000,"eventType":"\#(type)","#
      + #""sessionIdentifier":"\#(session)","principalIdentifier":"p","ipAddress":"10.0.0.7","#
      + #""versionNumber":\#(version)\#(more)}"#
  }

  @Test func `AWS IoT`() throws {
    let stage = try PresetStage("aws-iot\nprefix aws/presence")
    try stage.say("aws/presence/connected/lamp", Self.aws("connected", "a", 1))
    try stage.holds("aws-iot", "aws-iot:lamp")
    // It connects again, and the end of the first connection is told last.
    try stage.say("aws/presence/connected/lamp", Self.aws("connected", "b", 2))
    try stage.say("aws/presence/disconnected/lamp", Self.aws("disconnected", "a", 1))
    try stage.counted("a stale event") { $0.stale == 1 }
    try stage.holds("aws-iot", "aws-iot:lamp")
    try stage.say(
      "aws/presence/disconnected/lamp",
      Self.aws("disconnected", "b", 2, #","disconnectReason":"CONNECTION_LOST""#))
    try stage.holds("aws-iot")
    #expect(
      try stage.site.observer.words("aws-iot") == ["+aws-iot:lamp joined", "-aws-iot:lamp offline"])
  }
}
