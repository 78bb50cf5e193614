import Foundation
import TestSupport
import Testing

/// Systems that say where devices and phones are.
@Suite(.serialized)
struct LocatingPresetTests {
  private static func report(_ distance: String) -> String {
    #"{"mac":"c0ffee012345","id":"phone:ann","name":"Ann","rssi":-71.00,"distance":\#(distance)}"#
  }

  @Test func `ESPresense`() throws {
    let stage = try PresetStage(
      "espresense\ntimeout 1s")
    func see(_ room: String, _ distance: String) throws {
      try stage.say("espresense/devices/phone:ann/\(room)", Self.report(distance))
    }
    for room in ["hall", "kitchen"] {
      try stage.retain("espresense/rooms/\(room)/status", "online")
    }
    try see("kitchen", "2.00")
    try stage.holds("kitchen", "espresense:phone:ann")
    // Hardly nearer: it stays. Much nearer: it moves.
    try see("hall", "1.90")
    try see("hall", "0.50")
    try stage.holds("hall", "espresense:phone:ann")
    try stage.holds("kitchen")
    #expect(
      try stage.site.observer.words("kitchen") == [
        "+espresense:phone:ann joined", "-espresense:phone:ann moved",
      ])
    // Silence is the only leave.
    try stage.livesByHeartbeat(in: "hall", "espresense:phone:ann") { try see("hall", "0.50") }
  }

  @Test func `an ESPresense node that dies takes what it alone has seen with it`() throws {
    let stage = try PresetStage("espresense", will: ("espresense/rooms/hall/status", "offline"))
    try stage.retain("espresense/rooms/hall/status", "online")
    try stage.say("espresense/devices/phone:ann/hall", Self.report("0.50"))
    try stage.holds("hall", "espresense:phone:ann")
    stage.speaker.vanish()
    try stage.holds("hall")
    #expect(try stage.last("hall") == ["-espresense:phone:ann gateway"])
  }

  @Test func `room-assistant`() throws {
    let stage = try PresetStage("room-assistant\ntimeout 1s")
    func see(_ room: String, _ distance: String) throws {
      try stage.say(
        "room-assistant/mqtt-room/\(room)",
        #"{"id":"ble-ann","name":"Ann's phone","distance":\#(distance)}"#)
    }
    try see("living-room", "4.2")
    try stage.holds("living-room", "room-assistant:ble-ann")
    try see("bedroom", "13.37")
    try see("bedroom", "1")
    try stage.holds("bedroom", "room-assistant:ble-ann")
    try stage.holds("living-room")
    #expect(try stage.last("living-room") == ["-room-assistant:ble-ann moved"])
    try stage.livesByHeartbeat(in: "bedroom", "room-assistant:ble-ann") {
      try see("bedroom", "1")
    }
    try stage.say("room-assistant/mqtt-room/bedroom", #"{"distance":1}"#)
    try stage.counted("a sighting of nobody") { $0.invalid == 1 }
  }

  @Test func `OwnTracks`() throws {
    let base = "owntracks/ann/phone"
    let connected = Int(Date.now.timeIntervalSince1970) - 100
    let stage = try PresetStage("owntracks", will: (base, #"{"_type":"lwt","tst":\#(connected)}"#))
    func location(_ regions: String, _ age: Int) -> String {
      #"{"_type":"location","acc":12,"lat":52.5163,"lon":13.3777,"tid":"an","#
        + #""tst":\#(connected + 100 - age)\#(regions)}"#
    }
    try stage.retain(base, location(#","inregions":["Home"]"#, 50))
    try stage.holds("Home", "owntracks:phone")
    #expect(try stage.site.observer.snapshot("Home")?.users == ["ann"])
    let transition = #"{"_type":"transition","event":"enter","desc":"Garage","acc":15.1,"#
    try stage.say(base + "/event", transition + #""lat":52.5,"lon":13.4,"tst":\#(connected + 60)}"#)
    try stage.holds("Garage", "owntracks:phone")
    try stage.retain(base, location(#","inregions":["Garage"]"#, 30))
    try stage.holds("Home")
    stage.speaker.vanish()
    try stage.holds("Garage")
    #expect(try stage.last("Garage") == ["-owntracks:phone offline"])
    // Back, and then the will of that earlier connection comes again.
    try stage.speaker.client.connect()
    try stage.retain(base, location(#","inregions":["Garage"]"#, 10))
    try stage.holds("Garage", "owntracks:phone")
    try stage.say(base, #"{"_type":"lwt","tst":\#(connected - 1)}"#)
    try stage.counted("a stale will") { $0.stale >= 1 }
    try stage.holds("Garage", "owntracks:phone")
  }
}
