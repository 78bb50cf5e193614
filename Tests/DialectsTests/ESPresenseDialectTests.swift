import Testing

@testable import Dialects

@Suite struct ESPresenseDialectTests {
  private var dialect = ESPresenseDialect(prefix: nil)
  private let heard = Heard()

  private mutating func say(
    _ topic: String, _ payload: String, at seconds: Int = 0, isReplay: Bool = false
  ) -> [String] {
    let isRead = dialect.read(
      "espresense/\(topic)", payload.utf8, isReplay: isReplay, at: .seconds(seconds), heard)
    #expect(isRead, "\(topic)")
    return heard.take()
  }

  /// As the firmware writes it.
  private static func report(_ distance: String?) -> String {
    let distance = distance.map { #""distance":\#($0),"var":0.42,"# } ?? ""
    return
      #"{"mac":"c0ffee012345","id":"phone:ann","name":"Ann","rssi@1m":-65,"rssi":-71.00,"#
      + #""rxAdj":0,"rssiVar":1.21,\#(distance)"close":true,"int":612}"#
  }

  /// What is said of the device: the node is alive in any case.
  private mutating func see(
    _ device: String, _ room: String, _ distance: String?, at seconds: Int = 0
  ) -> [String] {
    let lines = say("devices/\(device)/\(room)", Self.report(distance), at: seconds)
    #expect(lines.first == "room:\(room) beat gateway roomless")
    return Array(lines.dropFirst())
  }

  /// The bridge knows from here on that it is there.
  private mutating func know(_ device: String) {
    heard.known[device] = Standing(epoch: nil, isPresent: true)
  }

  @Test mutating func `a device is found, seen again, and follows the nearest node`() {
    #expect(
      see("phone:ann", "kitchen", "2.00") == [
        "phone:ann in kitchen by=room:kitchen"
      ])
    know("phone:ann")
    #expect(see("phone:ann", "kitchen", "2.10", at: 5) == ["phone:ann beat"])
    #expect(see("phone:ann", "hall", "1.90", at: 6) == ["phone:ann beat"])
    #expect(
      see("phone:ann", "hall", "0.80", at: 10) == [
        "phone:ann in hall by=room:hall"
      ])
  }

  @Test mutating func `one that the bridge has lost is placed anew`() {
    #expect(see("tile", "kitchen", "2").count == 1)
    heard.known["tile"] = Standing(epoch: nil, isPresent: false)
    #expect(see("tile", "kitchen", "2", at: 5) == ["tile in kitchen by=room:kitchen"])
  }

  @Test
  mutating func `after a start of the bridge the first node to speak need not be the nearest`() {
    know("tile")
    #expect(see("tile", "kitchen", "9", at: 1) == ["tile beat"])
    #expect(see("tile", "hall", "0.5", at: 5) == ["tile beat"])
    #expect(see("tile", "kitchen", "9", at: 6) == ["tile in hall by=room:hall"])
  }

  @Test mutating func `nor after a silence, and who is seen seldom moves with the second report`() {
    #expect(see("tile", "hall", "1").count == 1)
    know("tile")
    #expect(see("tile", "kitchen", "9", at: 16) == ["tile beat"])
    #expect(see("tile", "hall", "1", at: 17) == ["tile beat"])
    #expect(see("tile", "kitchen", "9", at: 40) == ["tile beat"])
    #expect(see("tile", "kitchen", "9", at: 60) == ["tile in kitchen by=room:kitchen"])
  }

  @Test mutating func `a node is a gateway in no room, and its will alone decides`() {
    let words = ["online timeout=0.0 seconds", "offline"]
    for (payload, word) in zip(["online", "offline"], words) {
      for isReplay in [false, true] {
        #expect(
          say("rooms/kitchen/status", payload, isReplay: isReplay)
            == ["room:kitchen \(word) gateway roomless"])
      }
    }
    #expect(say("rooms/kitchen/status", "") == ["room:kitchen forgotten gateway roomless"])
    #expect(
      say("rooms/kitchen/telemetry", #"{"ip":"10.0.0.7","uptime":2011}"#)
        == ["room:kitchen beat gateway roomless"])
    #expect(say("rooms/kitchen/telemetry", "{}", isReplay: true) == [])
    for payload in ["on", "off line", "{}"] {
      #expect(say("rooms/kitchen/status", payload) == ["invalid"])
    }
  }

  @Test mutating func `when a node dies, those whom another one sees move there before`() {
    _ = see("a", "kitchen", "1")
    _ = see("a", "hall", "4")
    _ = see("a", "bath", "3")
    _ = see("b", "kitchen", "1")
    _ = see("c", "hall", "1")
    #expect(
      say("rooms/kitchen/status", "offline", at: 3)
        == ["a in bath by=room:bath", "room:kitchen offline gateway roomless"])
    know("b")
    #expect(see("b", "hall", "9", at: 4) == ["b in hall by=room:hall"])
  }

  @Test mutating func `when a node dies, what another saw long ago moves nobody`() {
    _ = see("a", "hall", "4", at: 0)
    _ = see("a", "kitchen", "1", at: 10)
    #expect(say("rooms/kitchen/status", "offline", at: 16).count == 1)
  }

  @Test mutating func `a replayed death takes the sightings with it, but moves nobody`() {
    _ = see("a", "kitchen", "1")
    _ = see("a", "hall", "4")
    know("a")
    #expect(
      say("rooms/kitchen/status", "offline", at: 1, isReplay: true)
        == ["room:kitchen offline gateway roomless"])
    #expect(see("a", "bath", "9", at: 2) == ["a beat"])
    #expect(see("a", "kitchen", "3.5", at: 2) == ["a beat"])
  }

  @Test mutating func `a report without a distance is a sign of life`() {
    #expect(see("phone:ann", "kitchen", nil) == ["phone:ann beat"])
    #expect(see("phone:ann", "kitchen", "null") == ["phone:ann beat"])
  }

  @Test(arguments: [
    "", "{", "[]", #"{"distance":"2"}"#, #"{"distance":true}"#,
  ])
  mutating func `a report that is none is invalid`(payload: String) {
    #expect(say("devices/a/kitchen", payload) == ["invalid"])
  }

  @Test mutating func `a report that is too long is invalid`() {
    let long = #"{"distance":1,"x":"\#(String(repeating: "x", count: DialectLimits.maxJSON))"}"#
    #expect(say("devices/a/kitchen", long) == ["invalid"])
  }

  @Test mutating func `a replayed report is left out`() {
    #expect(say("devices/a/kitchen", Self.report("1"), isReplay: true) == [])
  }

  @Test mutating func `no device takes the name of a node`() {
    #expect(
      see("room:kitchen", "hall", "1") == [
        "room%3Akitchen in hall by=room:hall"
      ])
    #expect(
      see("node:kitchen", "hall", "1") == ["node:kitchen in hall by=room:hall"])
  }

  @Test mutating func `of names that are too long nothing is kept`() {
    let long = String(repeating: "x", count: DialectLimits.maxName + 1)
    #expect(say("devices/\(long)/hall", Self.report("1")) == ["invalid"])
    #expect(say("devices/a/\(long)", Self.report("1")) == ["invalid"])
    #expect(see(String(long.dropLast()), "hall", "1").count == 1)
  }

  @Test func `a device is in one room, and silence is its leave`() {
    #expect(dialect.defaults.isExclusive)
    #expect(dialect.defaults.timeout == .seconds(120))
    #expect(dialect.topics.map(\.isAtLeastOnce) == [true, false, false])
    #expect(ESPresenseDialect(prefix: "esp").topics[2].pattern == "esp/devices/{client}/{room}")
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  mutating func `any bytes are taken`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var taken = 0
    for turn in 0..<800 {
      let good = Self.report("\(Int.random(in: 0...9, using: &random)).25")
      let bytes =
        turn % 4 == 0 ? Noise.bytes(upTo: 60, &random) : Noise.mutated(good, &random)
      for topic in ["devices/a/kitchen", "rooms/kitchen/status"] {
        _ = dialect.read("espresense/\(topic)", bytes, at: .seconds(turn), heard)
        let lines = heard.take()
        #expect(lines.count <= 2)
        if lines.last?.hasPrefix("a ") == true { taken += 1 }
      }
    }
    #expect(taken > 20)
  }
}
