import TestSupport
import Testing

/// What the firmware of plugs, lamps and cameras says: birth, heartbeat, will, and what each is known to trip over.
@Suite(.serialized)
struct HomePresetTests {
  @Test func `Zigbee2MQTT`() throws {
    let bridge = "zigbee2mqtt/bridge/state"
    let stage = try PresetStage("zigbee2mqtt", will: (bridge, #"{"state":"offline"}"#))
    try stage.retain(bridge, #"{"state":"online"}"#)
    try stage.retain("zigbee2mqtt/plug/availability", #"{"state":"online"}"#)
    try stage.retain("zigbee2mqtt/kitchen/lamp/availability", "online")
    try stage.holds("zigbee2mqtt", "zigbee2mqtt:kitchen:lamp", "zigbee2mqtt:plug")
    try stage.retain("zigbee2mqtt/plug/availability", #"{"state":"offline"}"#)
    try stage.holds("zigbee2mqtt", "zigbee2mqtt:kitchen:lamp")
    #expect(try stage.last("zigbee2mqtt") == ["-zigbee2mqtt:plug offline"])
    // The will of the bridge alone, while the devices' own topics still say online.
    stage.speaker.vanish()
    try stage.holds("zigbee2mqtt")
    #expect(try stage.last("zigbee2mqtt") == ["-zigbee2mqtt:kitchen:lamp gateway"])
    try stage.speaker.client.connect()
    try stage.retain(bridge, #"{"state":"online"}"#)
    try stage.holds("zigbee2mqtt", "zigbee2mqtt:kitchen:lamp")
    // Renamed: the old topic is emptied.
    try stage.retain("zigbee2mqtt/kitchen/lamp/availability", "")
    try stage.holds("zigbee2mqtt")
    #expect(try stage.last("zigbee2mqtt") == ["-zigbee2mqtt:kitchen:lamp forgotten"])
  }

  @Test func `Zigbee2MQTT that was gone before the bridge came takes its devices' topics with it`()
    throws
  {
    let stage = try PresetStage("zigbee2mqtt")
    try stage.site.bridge.stop()
    try stage.retain("zigbee2mqtt/bridge/state", #"{"state":"offline"}"#)
    try stage.retain("zigbee2mqtt/plug/availability", #"{"state":"online"}"#)
    let other = try BridgeProcess(
      port: stage.site.broker.port, ["client_id": "other", "restart_grace": "100ms"],
      sources: "source zigbee2mqtt\n")
    try stage.site.wait(for: "another bridge") { other.isLive }
    try stage.site.wait(for: "no plug") { stage.site.observer.count("zigbee2mqtt") == 0 }
    try stage.retain("zigbee2mqtt/bridge/state", #"{"state":"online"}"#)
    try stage.holds("zigbee2mqtt", "zigbee2mqtt:plug")
  }

  @Test func `Tasmota`() throws {
    let lwt = "tele/plug-7/LWT"
    let stage = try PresetStage(
      "tasmota\nroom floor-1/{client}\ntimeout 1s\nsleep_timeout 1h", will: (lwt, "Offline"))
    try stage.retain(lwt, "Online")
    try stage.holds("floor-1/plug-7", "tasmota:plug-7")
    try stage.livesByHeartbeat(in: "floor-1/plug-7", "tasmota:plug-7") {
      try stage.say("tele/plug-7/STATE", #"{"Time":"2026-11-23T11:08:02","Uptime":"0T00:05:10"}"#)
    }
    stage.speaker.vanish()
    try stage.holds("floor-1/plug-7")
    #expect(try stage.last("floor-1/plug-7") == ["-tasmota:plug-7 offline"])
    // Asleep is not gone, though it says nothing for longer than the timeout of those that are awake.
    try stage.speaker.client.connect()
    stage.site.observer.forget()
    try stage.retain(lwt, "DeepSleep")
    try stage.holds("floor-1/plug-7", "tasmota:plug-7")
    try stage.site.run(for: .seconds(2))
    try stage.site.expectNobodyRemoved()
    let snapshot = stage.site.observer.newest("occupancy/floor-1/plug-7")?.text
    #expect(snapshot?.contains(#""asleep":true"#) == true)
  }

  @Test func `ESPHome`() throws {
    let stage = try PresetStage("esphome", will: ("door/status", "offline"))
    try stage.retain("door/status", "online")
    try stage.holds("esphome", "esphome:door")
    // Home Assistant speaks on a topic of the same form.
    try stage.retain("homeassistant/status", "online")
    stage.speaker.vanish()
    try stage.holds("esphome")
    #expect(
      try stage.site.observer.words("esphome") == ["+esphome:door joined", "-esphome:door offline"])
  }

  @Test func `Shelly of both generations`() throws {
    let stage = try PresetStage(
      "shelly\ntimeout 1s", will: ("shellyplus1-a8/online", "false"))
    try stage.retain("shellyplus1-a8/online", "true")
    try stage.holds("shelly", "shelly:shellyplus1-a8")
    try stage.livesByHeartbeat(in: "shelly", "shelly:shellyplus1-a8") {
      try stage.say(
        "shellyplus1-a8/events/rpc", #"{"src":"shellyplus1-a8","method":"NotifyStatus"}"#)
    }
    stage.speaker.vanish()
    try stage.holds("shelly")
    #expect(try stage.last("shelly") == ["-shelly:shellyplus1-a8 offline"])
    try stage.speaker.client.connect()
    try stage.retain("shellies/shellyplug-s-7A/online", "true")
    try stage.holds("shelly", "shelly:shellyplug-s-7A")
    try stage.retain("shellies/shellyplug-s-7A/online", "1")
    try stage.counted("a word that is none") { $0.invalid == 1 }
  }

  @Test func `Homie 5, with children that go with their root`() throws {
    let stage = try PresetStage("homie", will: ("homie/5/zwave/$state", "lost"))
    try stage.retain("homie/5/zwave/$state", "init")
    try stage.retain("homie/5/zwave/$state", "ready")
    let child = #"{"homie":"5.0","version":1,"root":"zwave","parent":"zwave"}"#
    try stage.retain("homie/5/lamp/$description", child)
    try stage.retain("homie/5/lamp/$state", "ready")
    try stage.retain("homie/car/$state", "sleeping")
    try stage.holds("homie", "homie:car", "homie:lamp", "homie:zwave")
    let snapshot = stage.site.observer.newest("occupancy/homie")?.text ?? ""
    #expect(snapshot.contains(#""asleep":true"#))
    stage.speaker.vanish()
    try stage.holds("homie", "homie:car")
    #expect(
      try stage.last("homie", 2).sorted() == ["-homie:lamp gateway", "-homie:zwave offline"])
    try stage.speaker.client.connect()
    try stage.retain("homie/5/zwave/$state", "alert")
    try stage.holds("homie", "homie:car", "homie:lamp", "homie:zwave")
    try stage.retain("homie/car/$state", "")
    try stage.holds("homie", "homie:lamp", "homie:zwave")
    #expect(try stage.last("homie") == ["-homie:car forgotten"])
  }

  @Test func `Frigate`() throws {
    let stage = try PresetStage("frigate\ntimeout 1s", will: ("frigate/available", "offline"))
    try stage.retain("frigate/available", "online")
    try stage.holds("frigate", "frigate:frigate")
    try stage.livesByHeartbeat(in: "frigate", "frigate:frigate") {
      try stage.say("frigate/stats", #"{"detection_fps":5.0}"#)
    }
    stage.speaker.vanish()
    try stage.holds("frigate")
    #expect(try stage.last("frigate") == ["-frigate:frigate offline"])
    try stage.speaker.client.connect()
    try stage.retain("frigate/available", "online")
    try stage.holds("frigate", "frigate:frigate")
    try stage.retain("frigate/available", "stopped")
    try stage.holds("frigate")
  }

  @Test func `OpenMQTTGateway`() throws {
    let stage = try PresetStage(
      "openmqttgateway\ntimeout 1s", will: ("home/omg-1/LWT", "offline"))
    try stage.retain("home/omg-1/LWT", "online")
    try stage.holds("openmqttgateway", "openmqttgateway:omg-1")
    try stage.livesByHeartbeat(in: "openmqttgateway", "openmqttgateway:omg-1") {
      try stage.say("home/omg-1/SYStoMQTT", #"{"uptime":120}"#)
    }
    stage.speaker.vanish()
    try stage.holds("openmqttgateway")
    #expect(try stage.last("openmqttgateway") == ["-openmqttgateway:omg-1 offline"])
  }
}
