import Testing

@testable import Dialects

@Suite struct OwnTracksDialectTests {
  private var dialect = OwnTracksDialect(prefix: nil)
  private let heard = Heard()
  /// Seconds since 1970 at which the tests begin.
  private static let start = 1_700_000_000

  private mutating func say(
    _ payload: String, on suffix: String = "", at seconds: Int = 0, isReplay: Bool = false
  ) -> [String] {
    let isRead = dialect.read(
      "owntracks/ann/phone\(suffix)", payload.utf8, isReplay: isReplay, at: .seconds(seconds), heard
    )
    #expect(isRead, "\(suffix)")
    return heard.take()
  }

  private static func location(_ regions: String?, tst: Int = 0, more: String = "") -> String {
    let regions = regions.map { #","inregions":\#($0)"# } ?? ""
    return
      #"{"_type":"location","BSSID":"c0:ff:ee:01:23:45","acc":12,"alt":98,"batt":76,"bs":1,"#
      + #""conn":"w","lat":52.5163,"lon":13.3777,"m":1,"t":"u","tid":"an","tst":\#(start + tst),"#
      + #""vac":3,"vel":0\#(regions)\#(more)}"#
  }

  private static func transition(_ event: String, _ region: String?, tst: Int = 0) -> String {
    let desc = region.map { #","desc":"\#($0)""# } ?? ""
    return
      #"{"_type":"transition","acc":15.1,"event":"\#(event)","lat":52.5,"lon":13.4,"rid":"6da9cf","#
      + #""t":"c","tid":"an","tst":\#(start + tst),"wtst":1610104395\#(desc)}"#
  }

  private static func will(_ tst: Int?) -> String {
    tst.map { #"{"_type":"lwt","tst":\#(start + $0)}"# } ?? #"{"_type":"lwt"}"#
  }

  private mutating func know(_ epoch: Int64? = nil, isPresent: Bool = true) {
    heard.known["phone"] = Standing(epoch: epoch, isPresent: isPresent)
  }

  private mutating func enter(_ region: String, tst: Int, at seconds: Int = 1000) -> [String] {
    say(Self.transition("enter", region, tst: tst), on: "/event", at: seconds)
  }

  private mutating func leave(_ region: String, tst: Int, at seconds: Int = 1000) -> [String] {
    say(Self.transition("leave", region, tst: tst), on: "/event", at: seconds)
  }

  @Test mutating func `a phone tells where it is, enters, leaves, and is gone`() {
    #expect(say(Self.location(#"["Home"]"#)) == ["ann/phone online", "ann/phone in Home"])
    know()
    #expect(enter("Garage", tst: 60) == ["ann/phone enters room=Garage"])
    #expect(leave("Home", tst: 70) == ["ann/phone leaves room=Home"])
    #expect(say(Self.location("[]", tst: 80), at: 80) == ["ann/phone in"])
    #expect(say(Self.will(-500), at: 90) == ["ann/phone offline epoch=\(Self.start - 500)"])
  }

  @Test mutating func `a location without regions is a sign of life and says nothing of them`() {
    know()
    #expect(say(Self.location(nil)) == ["ann/phone beat"])
    #expect(say(Self.location("7")) == ["invalid"])
    #expect(say(Self.location(#"["Home",7,null,"Home"]"#)) == ["ann/phone in Home"])
  }

  @Test mutating func `the retained location is a claim, and no other replay is anything`() {
    #expect(say(Self.location(#"["Home"]"#), isReplay: true) == ["ann/phone in Home"])
    #expect(say(Self.location(nil), isReplay: true) == [])
    for payload in [
      Self.transition("enter", "Home"), Self.will(0), #"{"_type":"encrypted","data":"x"}"#,
    ] {
      #expect(say(payload, isReplay: true) == [])
    }
  }

  @Test mutating func `a retained location that is older than what was heard undoes nothing`() {
    know()
    #expect(leave("Home", tst: 100).count == 1)
    #expect(say(Self.location(#"["Home"]"#, tst: 99), at: 1000, isReplay: true) == ["stale"])
    #expect(
      say(Self.location(#"["Home"]"#, tst: 100), at: 1000, isReplay: true) == ["ann/phone in Home"])
  }

  @Test
  mutating func `an older transition of a region undoes no newer one, but one of another does`() {
    know()
    #expect(leave("Home", tst: 100).count == 1)
    #expect(enter("Home", tst: 99) == ["stale", "ann/phone beat"])
    #expect(enter("Work", tst: 99) == ["ann/phone enters room=Work"])
    #expect(enter("Home", tst: 100) == ["ann/phone enters room=Home"])
  }

  @Test
  mutating func `no transition undoes a newer list of regions, nor a list a newer transition`() {
    know()
    #expect(say(Self.location(#"["Home"]"#, tst: 50), at: 1000) == ["ann/phone in Home"])
    #expect(leave("Home", tst: 49) == ["stale", "ann/phone beat"])
    #expect(leave("Home", tst: 60) == ["ann/phone leaves room=Home"])
    #expect(say(Self.location(#"["Home"]"#, tst: 59), at: 1000) == ["stale", "ann/phone beat"])
    #expect(
      say(
        Self.location(#"["Home"]"#, tst: 10, more: #","created_at":\#(Self.start + 61)"#), at: 1000)
        == ["ann/phone in Home"])
  }

  @Test mutating func `a clock that is ahead does not make stale what comes after it is set right`()
  {
    know()
    #expect(enter("Home", tst: 1_000_000_000, at: 5) == ["ann/phone enters room=Home"])
    #expect(leave("Home", tst: 6, at: 6) == ["ann/phone leaves room=Home"])
  }

  @Test
  mutating func `after a will the phone's next word brings it back, and its epoch is the will's`() {
    know()
    _ = say(Self.will(10), at: 100)
    know(isPresent: false)
    #expect(
      say(Self.location(nil), at: 101) == ["ann/phone online epoch=\(Self.start + 10)"])
    know(Int64(Self.start + 10))
    #expect(say(Self.location(nil), at: 102) == ["ann/phone beat"])
    // A later connection's will, heard within its grace: present still, but not by that epoch.
    _ = say(Self.will(20), at: 103)
    #expect(
      enter("Home", tst: 104) == [
        "ann/phone online epoch=\(Self.start + 20)", "ann/phone enters room=Home",
      ])
    // The engine finds one with a lesser epoch stale; the phone's own stays the greatest.
    #expect(say(Self.will(15), at: 105) == ["ann/phone offline epoch=\(Self.start + 15)"])
    know(Int64(Self.start + 20))
    #expect(say(Self.location(nil), at: 106) == ["ann/phone beat"])
  }

  @Test mutating func `a will without tst, or with one that is none, counts`() {
    for payload in [Self.will(nil), #"{"_type":"lwt","tst":"1"}"#, #"{"_type":"lwt","tst":-1}"#] {
      #expect(say(payload) == ["ann/phone offline"])
    }
    #expect(say(#"{"_type":"lwt","tst":9e15}"#) == ["ann/phone offline"])
    #expect(say(Self.will(3600)) == ["ann/phone offline epoch=\(Self.start)"])
  }

  @Test mutating func `what tells no place is a sign of life, and what others write is nothing`() {
    for type in ["encrypted", "beacon", "status", "steps", "waypoint", "waypoints"] {
      #expect(say(#"{"_type":"\#(type)","data":"Wm9v"}"#) == ["ann/phone beat"], "\(type)")
    }
    for suffix in ["/beacon", "/status", "/step", "/waypoint"] {
      #expect(say(#"{"_type":"encrypted"}"#, on: suffix) == ["ann/phone beat"])
    }
    for type in ["card", "cmd", "request", "configuration", "dump", ""] {
      #expect(say(#"{"_type":"\#(type)"}"#) == [], "\(type)")
    }
    let isRead = dialect.read("owntracks/ann/phone/cmd", "{}".utf8, heard)
    #expect(!isRead)
  }

  @Test mutating func `an emptied location removes the phone, an emptied event nothing`() {
    #expect(say("") == ["ann/phone forgotten"])
    #expect(say("", on: "/event") == [])
  }

  @Test mutating func `a transition without a place is a sign of life`() {
    know()
    for region in [nil, "", "+60follow", "status"] {
      #expect(say(Self.transition("enter", region), on: "/event") == ["ann/phone beat"])
    }
  }

  @Test func `as many regions as a payload holds are read, each looked at once`() {
    let it = Reported([Source(name: "owntracks", namespace: "owntracks")])
    let regions = (0..<30_000).map { "\"r\($0)\"" }.joined(separator: ",")
    let payload = #"{"_type":"location","inregions":[\#(regions)]}"#
    #expect(payload.utf8.count <= DialectLimits.maxJSON)
    let clock = ContinuousClock()
    let time = clock.measure { _ = it.read("owntracks/ann/phone", payload) }
    #expect(time < .seconds(15))
  }

  @Test mutating func `a region with a slash is one level, and several marks of one place are one`()
  {
    know()
    #expect(enter("Home/Garden", tst: 0) == ["ann/phone enters room=Home%2FGarden"])
    #expect(
      say(Self.location(#"["Home|1|2","+follow","Home",""]"#, tst: 1), at: 1000)
        == ["ann/phone in Home"])
  }

  @Test mutating func `a payload that is too long is invalid`() {
    know()
    let empty = Self.location("[]", more: #","image":"""#).utf8.count
    for (count, line) in [
      (DialectLimits.maxJSON, "ann/phone in"), (DialectLimits.maxJSON + 1, "invalid"),
    ] {
      let image = String(repeating: "x", count: count - empty)
      #expect(say(Self.location("[]", more: #","image":"\#(image)""#)) == [line])
    }
  }

  @Test(arguments: [
    "{", "[]", "{}", #"{"_type":7}"#, #"{"_type":"transition","event":"stay"}"#, "2,5f,t",
  ])
  mutating func `a payload that is none is invalid`(payload: String) {
    #expect(say(payload) == ["invalid"])
  }

  @Test func `the will and the transitions alone decide`() {
    #expect(dialect.defaults.timeout == .zero)
    #expect(!dialect.defaults.isExclusive)
    #expect(dialect.topics.map(\.isAtLeastOnce) == [true, true, false, false, false, false])
    #expect(OwnTracksDialect(prefix: "a/b").topics[1].pattern == "a/b/{user}/{client}/event")
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  mutating func `any bytes are taken`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var taken = 0
    for turn in 0..<800 {
      let good = [
        Self.location(#"["Home","Gar/age|1|2"]"#, tst: turn),
        Self.transition("enter", "Home", tst: turn),
        Self.will(turn),
      ]
      let bytes =
        turn % 4 == 0 ? Noise.bytes(upTo: 60, &random) : Noise.mutated(good[turn % 3], &random)
      _ = dialect.read(
        "owntracks/ann/phone", bytes, isReplay: turn % 5 == 0, at: .seconds(turn), heard)
      let lines = heard.take()
      #expect(lines.count <= 2)
      if lines.first?.hasPrefix("ann/phone") == true { taken += 1 }
    }
    #expect(taken > 20)
  }
}
