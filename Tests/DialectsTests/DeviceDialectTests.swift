import Testing

@testable import Dialects

@Suite struct TasmotaDialectTests {
  private var stage = Rehearsal(TasmotaDialect(prefix: nil))
  private let sleep =
    #"{"DeepSleep":{"Time":"2026-11-23T11:08:02","DeepSleep":1795432,"Wakeup":1795478}}"#

  @Test(
    arguments: [
      ("Online", "plug-7 online"), ("Offline", "plug-7 offline"), ("DeepSleep", "plug-7 asleep"),
      ("", "plug-7 forgotten"), ("on line", "invalid"), ("{}", "invalid"),
    ])
  mutating func `LWT is read, retained or not`(payload: String, said: String) {
    #expect(stage.live("tele/plug-7/LWT", payload) == [said])
    #expect(stage.replay("tele/plug-7/LWT", payload) == [said])
  }

  @Test mutating func `telemetry is a heartbeat, but what is retained is none`() {
    #expect(stage.live("tele/plug-7/STATE", #"{"Uptime":"0T00:05:10"}"#) == ["plug-7 beat"])
    #expect(stage.live("tele/plug-7/SENSOR", #"{"ENERGY":{"Power":3}}"#) == ["plug-7 beat"])
    #expect(stage.replay("tele/plug-7/SENSOR", #"{"ENERGY":{"Power":3}}"#) == [])
    #expect(stage.live("tele/plug-7/SENSOR", "") == [])
    #expect(stage.live("stat/plug-7/STATUS", "{}") == ["unread"])
  }

  @Test mutating func `older firmware says on another topic that it sleeps, and leaves it there`() {
    #expect(stage.live("tele/plug-7/DEEPSLEEP", sleep) == ["plug-7 asleep"])
    #expect(stage.replay("tele/plug-7/DEEPSLEEP", sleep) == [])
    #expect(stage.live("tele/plug-7/DEEPSLEEP", "") == [])
  }

  @Test func `two missed periods of 300 s are borne`() {
    #expect(stage.dialect.defaults.timeout == .seconds(660))
    #expect(stage.dialect.topics.map(\.isAtLeastOnce) == [true, true, false, false])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let taken = stage.fuzz(
      ["tele/a/LWT", "tele/a/STATE", "tele/a/DEEPSLEEP"], ["Online", "DeepSleep", sleep],
      seed: seed)
    #expect(taken > 5)
  }
}

@Suite struct ESPHomeDialectTests {
  @Test(
    arguments: [
      ("online", ["door online"]), ("offline", ["door offline"]), ("", ["door forgotten"]),
      ("ONLINE!", []), (#"{"state":"online"}"#, []),
    ] as [(String, [String])])
  func `without a prefix other systems' words are none of its own`(
    payload: String, said: [String]
  ) {
    var stage = Rehearsal(ESPHomeDialect(prefix: nil))
    #expect(stage.live("door/status", payload) == said)
    #expect(stage.replay("door/status", payload) == said)
  }

  @Test(arguments: ["online", "offline", ""])
  func `Home Assistant is never a client`(payload: String) {
    var stage = Rehearsal(ESPHomeDialect(prefix: nil))
    #expect(stage.live("homeassistant/status", payload) == [])
    #expect(stage.replay("homeassistant/status", payload) == [])
    #expect(stage.live("a/homeassistant/status", payload) == ["unread"])
  }

  @Test func `with a prefix it reads there alone, and what is no word is invalid`() {
    var stage = Rehearsal(ESPHomeDialect(prefix: "esp"))
    #expect(stage.live("esp/door/status", "online") == ["door online"])
    #expect(stage.live("esp/homeassistant/status", "online") == ["homeassistant online"])
    #expect(stage.live("esp/door/status", "?") == ["invalid"])
    #expect(stage.live("door/status", "online") == ["unread"])
    #expect(stage.dialect.defaults.timeout == .zero)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `any bytes are borne`(seed: UInt64) {
    var stage = Rehearsal(ESPHomeDialect(prefix: nil))
    #expect(
      stage.fuzz(["a/status", "homeassistant/status"], ["online", "offline"], seed: seed) > 0)
  }
}

@Suite struct ShellyDialectTests {
  private var stage = Rehearsal(ShellyDialect(prefix: nil))

  @Test(
    arguments: [
      ("shellies/shellyplug-s-7A", "true", ["shellyplug-s-7A online"]),
      ("shellies/shellyplug-s-7A", "false", ["shellyplug-s-7A offline"]),
      ("shellies/shellyplug-s-7A", "", ["shellyplug-s-7A forgotten"]),
      ("shellies/shellyplug-s-7A", "1", ["invalid"]),
      ("shellyplus1-a8", "true", ["shellyplus1-a8 online"]),
      ("shellyplus1-a8", "false", ["shellyplus1-a8 offline"]),
      ("shellyplus1-a8", "", ["shellyplus1-a8 forgotten"]), ("other", "yes", []),
    ] as [(String, String, [String])])
  mutating func `both generations are read`(start: String, payload: String, said: [String]) {
    #expect(stage.live(start + "/online", payload) == said)
    #expect(stage.replay(start + "/online", payload) == said)
  }

  @Test mutating func `what they report is a sign of life, but not what is retained`() {
    #expect(stage.live("shellies/ht-1/info", "{}") == ["ht-1 beat"])
    #expect(stage.replay("shellies/ht-1/info", "{}") == [])
    #expect(
      stage.live("plus1/events/rpc", #"{"method":"NotifyStatus"}"#) == ["plus1 beat"])
    #expect(stage.dialect.defaults.timeout == .zero)
  }

  @Test func `with a prefix either generation is read below it`() {
    var stage = Rehearsal(ShellyDialect(prefix: "building/a"))
    #expect(stage.live("building/a/x/online", "true") == ["x online"])
    #expect(stage.live("building/a/x/online", "?") == ["invalid"])
    #expect(stage.live("building/a/x/info", "{}") == ["x beat"])
    #expect(stage.live("building/a/x/events/rpc", "{}") == ["x beat"])
    #expect(stage.live("shellies/x/online", "true") == ["unread"])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let topics = ["shellies/a/online", "a/online", "a/events/rpc"]
    #expect(stage.fuzz(topics, ["true", "false", "{}"], seed: seed) > 0)
  }
}

@Suite struct FrigateDialectTests {
  private var stage = Rehearsal(FrigateDialect(prefix: nil))

  @Test(
    arguments: [
      ("online", "frigate online"), ("offline", "frigate offline"), ("stopped", "frigate offline"),
      ("", "frigate forgotten"), ("paused", "invalid"),
    ])
  mutating func `an instance says whether it runs`(payload: String, said: String) {
    #expect(stage.live("frigate/available", payload) == [said])
    #expect(stage.replay("frigate/available", payload) == [said])
  }

  @Test mutating func `statistics are the heartbeat`() {
    #expect(stage.live("frigate/stats", #"{"detection_fps":5.0}"#) == ["frigate beat"])
    #expect(stage.replay("frigate/stats", "{}") == [])
    #expect(stage.dialect.defaults.timeout == .seconds(300))
  }

  @Test func `the client is named as its prefix`() {
    var stage = Rehearsal(FrigateDialect(prefix: "cctv/yard"))
    #expect(stage.live("cctv/yard/available", "online") == ["cctv:yard online"])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    #expect(stage.fuzz(["frigate/available"], ["online", "stopped"], seed: seed) > 0)
  }
}

@Suite struct OpenMQTTGatewayDialectTests {
  private var stage = Rehearsal(OpenMQTTGatewayDialect(prefix: nil))

  @Test(
    arguments: [
      ("online", "omg-1 online"), ("offline", "omg-1 offline"), ("", "omg-1 forgotten"),
      ("connected", "invalid"),
    ])
  mutating func `LWT is read, retained or not`(payload: String, said: String) {
    #expect(stage.live("home/omg-1/LWT", payload) == [said])
    #expect(stage.replay("home/omg-1/LWT", payload) == [said])
  }

  @Test mutating func `the system's report is the heartbeat`() {
    #expect(stage.live("home/omg-1/SYStoMQTT", #"{"uptime":120}"#) == ["omg-1 beat"])
    #expect(stage.replay("home/omg-1/SYStoMQTT", #"{"uptime":120}"#) == [])
    #expect(stage.live("home/omg-1/BTtoMQTT/AA", "{}") == ["unread"])
    #expect(stage.dialect.defaults.timeout == .seconds(300))
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let topics = ["home/a/LWT", "home/a/SYStoMQTT"]
    #expect(stage.fuzz(topics, ["online", "offline", "{}"], seed: seed) > 0)
  }
}
