import Testing

@testable import Dialects

/// The words of systems that a person may have written: in any case, and with a line end behind them.
@Suite struct WrittenWordsTests {
  @Test(arguments: [
    ("tele/a/LWT", "ONLINE\n", "a online"), ("tele/a/LWT", "offline\r\n", "a offline"),
    ("tele/a/LWT", "deepsleep ", "a asleep"), ("tele/a/LWT", " \n", "a forgotten"),
  ])
  func `of Tasmota`(topic: String, payload: String, said: String) {
    var stage = Rehearsal(TasmotaDialect(prefix: nil))
    #expect(stage.live(topic, payload) == [said])
  }

  @Test(arguments: [
    ("Online\n", "room:hall online timeout=0.0 seconds gateway roomless"),
    ("OFFLINE", "room:hall offline gateway roomless"),
    ("\n", "room:hall forgotten gateway roomless"), ("on line", "invalid"),
  ])
  func `of ESPresense`(payload: String, said: String) {
    var stage = Rehearsal(ESPresenseDialect(prefix: nil))
    #expect(stage.live("espresense/rooms/hall/status", payload) == [said])
  }

  @Test func `of Homie, whose state is said again when the description comes`() {
    var stage = Rehearsal(HomieDialect(prefix: nil))
    #expect(stage.live("homie/5/a/$state", "Ready \n") == ["a online"])
    #expect(stage.live("homie/5/a/$description", #"{"root":"b"}"#) == ["a online by=b"])
  }

  @Test(arguments: ["Online\n", #"{"state":"ONLINE"}"#, "{\"state\":\" online\\n\"}\n"])
  func `of Zigbee2MQTT`(payload: String) {
    var stage = Rehearsal(Zigbee2MQTTDialect(prefix: nil))
    #expect(stage.live("zigbee2mqtt/lamp/availability", payload) == ["lamp online by=bridge"])
  }
}
