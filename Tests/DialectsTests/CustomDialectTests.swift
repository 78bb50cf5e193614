import Presence
import Testing

@testable import Dialects

/// `source custom`, from its topics and payloads to what the engine is told.
@Suite struct CustomDialectTests {
  private static func doors(_ change: (inout Source) -> Void = { _ in }) -> Source {
    .custom("doors", status: "doors/{client}/state", heartbeat: "doors/{client}/ping", change)
  }

  @Test func `online, offline and heartbeats with the words that are there by themselves`() {
    let it = Reported([Self.doors()])
    #expect(it.read("doors/a/state", "online") == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", "offline") == ["doors:a offline"])
    #expect(it.read("doors/a/ping", "whatever") == ["doors:a beat"])
    #expect(it.read("doors/a/state", "") == ["doors:a forgotten"])
  }

  @Test func `words of its own replace them`() {
    let it = Reported([
      Self.doors {
        $0.custom.online = ["open", "1"]
        $0.custom.offline = ["closed"]
        $0.custom.sleeping = ["dozing"]
        $0.sleepTimeout = .seconds(3600)
      }
    ])
    #expect(it.read("doors/a/state", "1") == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", "closed") == ["doors:a offline"])
    #expect(it.read("doors/a/state", "dozing") == [#"doors:a online ["doors"] asleep 3600s"#])
    #expect(it.read("doors/a/state", "online") == ["invalid: it is none of the source's words"])
    #expect(it.read("doors/a/state", "Open") == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", "open.") == ["invalid: it is none of the source's words"])
  }

  @Test func `words are read in any case and with line ends behind them`() {
    let it = Reported([
      Self.doors {
        $0.custom.online = ["OPEN", "Grün"]
        $0.custom.offline = ["closed"]
      }
    ])
    for payload in ["open\n", " Open\r\n", "OPEN", "GRüN\n", "\tgrün"] {
      #expect(it.read("doors/a/state", payload) == [#"doors:a online ["doors"] 60s"#])
    }
    #expect(it.read("doors/a/state", "CLOSED\n") == ["doors:a offline"])
    #expect(it.read("doors/a/state", "\n") == ["doors:a forgotten"])
    #expect(it.read("doors/a/state", "GRÜN") == ["invalid: it is none of the source's words"])
  }

  @Test func `a word in a member is read so as well`() {
    let it = Reported([Self.doors { $0.custom.field = "state" }])
    #expect(
      it.read("doors/a/state", #"{"state":"Online\n"}"#) == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", #"{"state":" OFFLINE"}"#) == ["doors:a offline"])
  }

  @Test(arguments: [
    (#"{"state":{"now":"online"},"boot":7}"#, [#"doors:a online ["doors"] 60s epoch=7"#]),
    (#"{"state":{"now":"offline"},"boot":7}"#, ["doors:a offline epoch=7"]),
    (#"{"state":{"now":"offline"},"boot":-1}"#, ["doors:a offline"]),
    (#"{"state":{"now":"offline"},"boot":9007199254740992}"#, ["doors:a offline"]),
    (#"{"state":"online"}"#, ["invalid: it has no member state.now"]),
    ("online", ["invalid: it has no member state.now"]),
    (#"{"state":{"now":"maybe"}}"#, ["invalid: it is none of the source's words"]),
    (#"{"state":{"now":null}}"#, ["invalid: it has no member state.now"]),
  ])
  func `the word and the epoch may be members of an object`(payload: String, lines: [String]) {
    let it = Reported([
      Self.doors {
        $0.custom.field = "state.now"
        $0.custom.epoch = "boot"
      }
    ])
    #expect(it.read("doors/a/state", payload) == lines)
  }

  @Test func `a member that is a number or a truth value is a word as well`() {
    let it = Reported([
      Self.doors {
        $0.custom.field = "on"
        $0.custom.online = ["true", "1"]
        $0.custom.offline = ["false", "0"]
      }
    ])
    #expect(it.read("doors/a/state", #"{"on":true}"#) == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", #"{"on":1}"#) == [#"doors:a online ["doors"] 60s"#])
    #expect(it.read("doors/a/state", #"{"on":0}"#) == ["doors:a offline"])
    #expect(it.read("doors/a/state", #"{"on":false}"#) == ["doors:a offline"])
  }

  @Test func `a heartbeat may carry the epoch`() {
    let it = Reported([Self.doors { $0.custom.epoch = "boot" }])
    #expect(it.read("doors/a/ping", #"{"boot":3}"#) == ["doors:a beat epoch=3"])
    #expect(it.read("doors/a/ping", "garbage") == ["doors:a beat"])
    #expect(it.read("doors/a/state", "online") == [#"doors:a online ["doors"] 60s"#])
  }

  @Test func `an object longer than the limit is not looked into`() {
    let it = Reported([Self.doors { $0.custom.field = "s" }])
    let long = #"{"s":"online","x":""# + String(repeating: "x", count: 8 << 10) + #""}"#
    #expect(it.read("doors/a/state", long) == ["invalid: it has no member s"])
  }

  @Test func `without heartbeats the will alone decides, unless a timeout is given`() {
    let alone = Reported([.custom("d", status: "d/{client}")])
    #expect(alone.read("d/a", "online") == [#"d:a online ["d"] 0s"#])
    let timed = Reported([.custom("d", status: "d/{client}") { $0.timeout = .seconds(660) }])
    #expect(timed.read("d/a", "online") == [#"d:a online ["d"] 660s"#])
  }

  @Test func `with heartbeats alone the first of them is a birth`() {
    let it = Reported([.custom("d", heartbeat: "d/{client}")])
    #expect(it.read("d/a", "x") == [#"d:a online ["d"] 60s"#])
    it.known["d:a"] = (nil, true)
    #expect(it.read("d/a", "x") == ["d:a beat"])
    it.known["d:a"] = (nil, false)
    #expect(it.read("d/a", "x") == [#"d:a online ["d"] 60s"#])
    it.known = [:]
    #expect(it.read("d/a", "x", isReplay: true) == ["d:a beat"])
  }

  @Test func `a topic for each room says where a client is, and where it is not`() {
    let it = Reported([.custom("d", status: "d/{room}/{client}")])
    #expect(it.read("d/hall/a", "online") == ["d:a is-in hall 0s"])
    #expect(it.read("d/hall/a", "offline") == ["d:a not-in hall"])
    #expect(it.read("d/hall/a", "") == ["d:a forgotten-in hall"])
    let one = Reported([.custom("d", status: "d/{room}/{client}") { $0.isExclusive = true }])
    #expect(one.read("d/hall/a", "online") == ["d:a is-in hall 0s moves"])
  }

  @Test func `a room that does not name the topic's is one for all of them`() {
    let it = Reported([.custom("d", status: "d/{room}/{client}") { $0.room = "all/{client}" }])
    #expect(it.read("d/hall/a", "online") == [#"d:a online ["all/a"] 0s"#])
    #expect(it.read("d/hall/a", "offline") == ["d:a offline"])
  }

  @Test func `a user is a level of the topic`() {
    let it = Reported([.custom("d", status: "d/{user}/{client}") { $0.room = "of/{user}" }])
    #expect(it.read("d/ann/a", "online") == [#"ann/d:a online ["of/ann"] 0s"#])
    #expect(it.read("d//a", "online") == ["invalid: the user: a level is empty"])
  }

  @Test func `any bytes are taken, and none trap`() {
    var dice = Dice(state: 99)
    let it = Reported([
      .custom("d", status: "d/{room}/{client}", heartbeat: "d/{client}") {
        $0.custom.field = "a.b"
        $0.custom.epoch = "e"
      }
    ])
    for _ in 0..<20_000 {
      func bytes(_ dice: inout Dice) -> [UInt8] {
        (0..<dice.throwOne(of: 24)).map { _ in UInt8(dice.throwOne(of: 256)) }
      }
      let topic = Array("d/".utf8) + bytes(&dice)
      let payload =
        dice.throwOne(of: 2) == 0 ? bytes(&dice) : Array(#"{"a":{"b":"#.utf8) + bytes(&dice)
      _ = it.read(topic, payload, isReplay: dice.throwOne(of: 2) == 0)
    }
  }
}
