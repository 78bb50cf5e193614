import Testing

@testable import Dialects

@Suite struct Zigbee2MQTTDialectTests {
  private var stage = Rehearsal(Zigbee2MQTTDialect(prefix: nil))

  @Test(
    arguments: [
      (#"{"state":"online"}"#, "hall lamp online by=bridge"),
      (#"{"state":"offline"}"#, "hall lamp offline by=bridge"),
      ("online", "hall lamp online by=bridge"), ("offline", "hall lamp offline by=bridge"),
      ("", "hall lamp forgotten by=bridge"), ("onlin", "invalid"), ("on line", "invalid"),
      (#"{"state":"ON"}"#, "invalid"), (#"{"state":""}"#, "invalid"),
      (#"{"state":true}"#, "invalid"), (#"{"linkquality":90}"#, "invalid"), ("{", "invalid"),
    ])
  mutating func `a device is there or not, in both forms`(payload: String, said: String) {
    #expect(stage.live("zigbee2mqtt/hall lamp/availability", payload) == [said])
    #expect(stage.replay("zigbee2mqtt/hall lamp/availability", payload) == [said])
  }

  @Test(
    arguments: [
      (#"{"state":"online"}"#, ["bridge online gateway roomless"]),
      (#"{"state":"offline"}"#, ["bridge offline gateway roomless"]),
      ("online", ["bridge online gateway roomless"]),
      ("offline", ["bridge offline gateway roomless"]), ("", []), ("?", ["invalid"]),
    ] as [(String, [String])])
  mutating func `the bridge is the gateway of all`(payload: String, said: [String]) {
    #expect(stage.live("zigbee2mqtt/bridge/state", payload) == said)
    #expect(stage.replay("zigbee2mqtt/bridge/state", payload) == said)
  }

  @Test(
    arguments: [
      ("kitchen/lamp", "kitchen:lamp"), ("a/b/c/d/e/f", "a:b:c:d:e:f"), ("a:b/c", "a%3Ab:c"),
      ("0x00158d0001dc126a", "0x00158d0001dc126a"), ("x/availability", "x:availability"),
      ("100%", "100%25"),
    ])
  mutating func `a name with slashes is one client`(name: String, client: String) {
    #expect(
      stage.live("zigbee2mqtt/\(name)/availability", "online") == ["\(client) online by=bridge"])
  }

  @Test mutating func `a name of seven levels is not read, nor are other topics`() {
    #expect(stage.live("zigbee2mqtt/a/b/c/d/e/f/g/availability", "online") == ["unread"])
    #expect(stage.live("zigbee2mqtt/lamp", #"{"state":"ON"}"#) == ["unread"])
    #expect(stage.live("zigbee2mqtt/bridge/info", "{}") == ["unread"])
  }

  @Test mutating func `a device cannot be the bridge`() {
    #expect(stage.live("zigbee2mqtt/bridge/availability", "offline") == ["invalid"])
  }

  @Test mutating func `a device that is renamed is forgotten under its old name`() {
    let topic = "zigbee2mqtt/old/availability"
    #expect(stage.live(topic, #"{"state":"online"}"#) == ["old online by=bridge"])
    #expect(stage.live(topic, "") == ["old forgotten by=bridge"])
    #expect(
      stage.live("zigbee2mqtt/new/availability", #"{"state":"online"}"#)
        == ["new online by=bridge"])
  }

  @Test func `it reads below its prefix, and trusts wills alone`() {
    var stage = Rehearsal(Zigbee2MQTTDialect(prefix: "home/zigbee"))
    #expect(stage.live("home/zigbee/lamp/availability", "online") == ["lamp online by=bridge"])
    #expect(stage.live("zigbee2mqtt/lamp/availability", "online") == ["unread"])
    #expect(stage.dialect.defaults.timeout == .zero)
    #expect(stage.dialect.defaults.room == "zigbee2mqtt")
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let taken = stage.fuzz(
      ["zigbee2mqtt/a/availability", "zigbee2mqtt/a/b/availability", "zigbee2mqtt/bridge/state"],
      [#"{"state":"online"}"#, "offline", #"{"state":"offline","x":[1,{}]}"#], seed: seed)
    #expect(taken > 5)
  }
}
