import Presence
import Testing
import Topics

@Suite struct PayloadTests {
  @Test func `the plain words are read`() throws {
    #expect(try status("") == .forget)
    #expect(try status("online") == .online(Birth()))
    #expect(try status("offline") == .offline(Death()))
    #expect(try room("join") == .join(data: nil))
    #expect(try room("leave") == .leave)
    #expect(try room("") == .leave)
    #expect(try heartbeat("") == Heartbeat())
  }

  @Test func `a status object is read whole`() throws {
    let payload = """
       {"rooms": ["lab", "a/b", "lab"], "epoch": 7, "timeout": 2.5, "data": {"b": 1, "a": [true]},
        "state": "online", "else": {"state": "offline"}}
      """
    let birth = Birth(
      rooms: bytes(["lab", "a/b"]), epoch: 7, timeout: .milliseconds(2500),
      data: Array(#"{"a":[true],"b":1}"#.utf8))
    #expect(try status(payload) == .online(birth))
  }

  @Test func `what is left out of a status is nil, and what is empty is not`() throws {
    #expect(try status(#"{"state":"online"}"#) == .online(Birth()))
    let empty = Birth(rooms: [], data: Array("{}".utf8))
    #expect(try status(#"{"state":"online","rooms":[],"data":{}}"#) == .online(empty))
    #expect(try status(#"{"state":"offline","epoch":3}"#) == .offline(Death(epoch: 3)))
  }

  @Test func `a room object is read`() throws {
    #expect(try room(#"{"action":"join"}"#) == .join(data: nil))
    #expect(try room(#"{"action":"leave","x":1}"#) == .leave)
    #expect(try room(#"{"action":"join","data":{}}"#) == .join(data: Array("{}".utf8)))
    #expect(try room(#"{"data":{"a":1},"action":"join"}"#) == .join(data: Array(#"{"a":1}"#.utf8)))
  }

  @Test(arguments: [
    "onlin", "on line", "online!", "online\0", "online\u{b}", "online online", "onl\u{131}ne",
    "join",
    "0", "null", "true", "[]", "\"online\"", "{", "{}", "\0", "\u{feff}{\"state\":\"online\"}",
    #"{"state":"on line"}"#, "\u{a0}online", #"{"state":null}"#, #"{"state":1}"#, #"{"state":""}"#,
    #"{"state":"online"} x"#,
    #"{"state":"online",}"#, #"{"state":"online","rooms":["a",]}"#, #"{'state':'online'}"#,
    #"{"state":"online"}{}"#, #"{"state":"online"}\#0"#, #"{"state":"online","x":NaN}"#,
    #"{"state":"online","x":01}"#, #"{"state":"online","x":"\q"}"#, #"{"state":"online","x":1e}"#,
    "{\"state\":\"online\",\"x\":\"\n\"}", #"{"state":"online" /**/}"#, #"{"STATE":"online"}"#,
    #"[{"state":"online"}]"#, #"{"status":"online"}"#,
  ])
  func `a status that is nothing of the contract is invalid`(payload: String) {
    #expect { try status(payload) } throws: { ($0 as? PayloadProblem)?.kind == .invalid }
  }

  @Test(arguments: [
    "rooms|\"lab\"", "rooms|{}", "rooms|[1]", "rooms|[null]", "rooms|[[\"a\"]]",
    "rooms|[\"\"]", "rooms|[\"lab\",\"a//b\"]", "rooms|[\"$a\"]", "rooms|[\"status\"]",
    "rooms|[\"a+\"]", "rooms|[\"a\\u0000\"]", "rooms|[\"a\\u0085\"]", "rooms|[\"a/\"]",
    "epoch|true", "epoch|false", "epoch|\"5\"", "epoch|5.5", "epoch|-1", "epoch|[]",
    "epoch|9007199254740992", "epoch|9007199254740993", "epoch|1e300", "epoch|1e400",
    "epoch|18446744073709551615", "epoch|18446744073709551617", "epoch|-0.5", "epoch|1e-1",
    "timeout|true", "timeout|\"5\"", "timeout|-1", "timeout|0.0999", "timeout|[]",
    "timeout|31622400.001", "timeout|1e300", "timeout|1e-9", "timeout|false", "timeout|-0.1",
    "data|[]", "data|\"x\"", "data|1", "data|true", "data|{\"a\":1e400}",
    "data|{\"a\":NaN}", "data|{\"a\":[1,]}",
  ])
  func `a member that is not of its type or range is invalid`(member: String) {
    let parts = member.split(separator: "|", maxSplits: 1)
    for state in ["online", "offline"] {
      let payload = #"{"state":"\#(state)","\#(parts[0])":\#(parts[1])}"#
      #expect { try status(payload) } throws: { ($0 as? PayloadProblem)?.kind == .invalid }
    }
  }

  @Test(arguments: [
    "joined", "lea ve", "online", "{}", #"{"action":"enter"}"#, #"{"action":null}"#, "[]",
    #"{"data":{}}"#, #"{"action":"join","data":1}"#, #"{"action":"leave","data":[]}"#, "{",
  ])
  func `a room action that is nothing of the contract is invalid`(payload: String) {
    #expect { try room(payload) } throws: { ($0 as? PayloadProblem)?.kind == .invalid }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("5", 5), ("5.0", 5), ("5e0", 5), ("50E-1", 5), ("1e3", 1000),
      ("9007199254740991", 9_007_199_254_740_991), ("9007199254740991.0", 9_007_199_254_740_991),
    ] as [(String, Int64)])
  func `an integer is one however it is written`(json: String, epoch: Int64) throws {
    #expect(try heartbeat(#"{"epoch":\#(json)}"#) == Heartbeat(epoch: epoch))
  }

  @Test(
    arguments: [
      ("0", .zero), ("0.0", .zero), ("-0", .zero), ("0.1", .milliseconds(100)), ("1", .seconds(1)),
      ("60.25", .milliseconds(60_250)), ("2e1", .seconds(20)), ("31622400", .seconds(31_622_400)),
      ("0.123456789", .nanoseconds(123_456_789)), ("31622399.999", .milliseconds(31_622_399_999)),
    ] as [(String, Duration)])
  func `a timeout is seconds, to the millisecond and finer`(json: String, timeout: Duration) throws
  {
    let read = try #require(try heartbeat(#"{"timeout":\#(json)}"#).timeout)
    let apart = read < timeout ? timeout - read : read - timeout
    #expect(apart < .nanoseconds(10))
  }

  @Test func `rooms differ as bytes do`() throws {
    let payload = "{\"state\":\"online\",\"rooms\":[\"\u{e9}\",\"e\u{301}\",\"\\u00e9\"]}"
    let birth = Birth(rooms: [[0xc3, 0xa9], [0x65, 0xcc, 0x81]])
    #expect(try status(payload) == .online(birth))
  }

  @Test func `of a member given twice the last counts`() throws {
    #expect(try heartbeat(#"{"epoch":1,"epoch":2}"#) == Heartbeat(epoch: 2))
    #expect(try status(#"{"state":"online","state":"offline"}"#) == .offline(Death()))
  }
}

@Suite struct HeartbeatTests {
  @Test(arguments: [
    "x", "1", "null", "{", "{garbage", "{\"epoch\":5", "{\"epoch\":5,}", "[1]", "[{\"epoch\":-1}]",
    "\"{}\"", "{}", "{\"x\":1}", " { } ", "{\"epoch\":-1} x", "\u{feff}{\"epoch\":-1}", "\0", "{\0",
    "{\"epoch\":-1,}", "online", "{'epoch':-1}",
  ])
  func `anything is a plain heartbeat`(payload: String) throws {
    #expect(try heartbeat(payload) == Heartbeat())
  }

  @Test func `bytes that are no text are a plain heartbeat`() throws {
    #expect(try Payload.heartbeat(borrowed([0xff, 0x00, 0x7b])) == Heartbeat())
    let bad: [UInt8] = Array("{\"epoch\":-1,\"x\":\"".utf8) + [0xff] + Array("\"}".utf8)
    #expect(try Payload.heartbeat(borrowed(bad)) == Heartbeat())
  }

  @Test func `an object carries timeout and epoch`() throws {
    let read = try heartbeat(" {\"epoch\":5, \"timeout\":30}\n")
    #expect(read == Heartbeat(timeout: .seconds(30), epoch: 5))
  }

  @Test(arguments: [
    #"{"epoch":"5"}"#, #"{"timeout":true}"#, #"{"timeout":0.05}"#,
    #"{"epoch":5,"timeout":-1}"#,
  ])
  func `an object with a bad member is invalid`(payload: String) {
    #expect { try heartbeat(payload) } throws: { ($0 as? PayloadProblem)?.kind == .invalid }
  }
}
