import Testing

@testable import Dialects

@Suite struct RoomAssistantDialectTests {
  private var dialect = RoomAssistantDialect(prefix: nil)
  private let heard = Heard()

  private mutating func say(
    _ room: String, _ payload: String, at seconds: Int = 0, isReplay: Bool = false
  ) -> [String] {
    let isRead = dialect.read(
      "room-assistant/mqtt-room/\(room)", payload.utf8, isReplay: isReplay, at: .seconds(seconds),
      heard)
    #expect(isRead)
    return heard.take()
  }

  private mutating func see(_ id: String, _ room: String, _ distance: String, at seconds: Int = 0)
    -> [String]
  {
    say(room, #"{"id":"\#(id)","name":"Ann's phone","distance":\#(distance)}"#, at: seconds)
  }

  @Test mutating func `a device is found, seen again, and follows the nearest room`() {
    #expect(see("ble-ann", "living-room", "4.2") == ["ble-ann in living-room"])
    heard.known["ble-ann"] = Standing(epoch: nil, isPresent: true)
    #expect(see("ble-ann", "bedroom", "13.37") == ["ble-ann beat"])
    #expect(see("ble-ann", "living-room", "9", at: 10) == ["ble-ann beat"])
    #expect(see("ble-ann", "bedroom", "3", at: 11) == ["ble-ann in bedroom"])
  }

  @Test(arguments: [(first: 60, moved: 61), (first: 61, moved: 81)])
  mutating func
    `a room that has been silent for more than a minute gives way, perhaps after a round`(
      first: Int, moved: Int
    )
  {
    _ = see("a", "living-room", "1")
    heard.known["a"] = Standing(epoch: nil, isPresent: true)
    #expect(see("a", "bedroom", "9", at: first) == ["a beat"])
    if moved > first + 1 { #expect(see("a", "bedroom", "9", at: moved - 1) == ["a beat"]) }
    #expect(see("a", "bedroom", "9", at: moved) == ["a in bedroom"])
  }

  @Test mutating func `an id is what the payload says, as one level`() {
    #expect(see("aa:bb/1", "hall", "1") == ["aa:bb%2F1 in hall"])
    #expect(say("hall", #"{"id":123,"distance":2}"#) == ["123 in hall"])
  }

  @Test(arguments: [
    "", "{", "[]", "{}", #"{"id":"a"}"#, #"{"distance":1}"#, #"{"id":"","distance":1}"#,
    #"{"id":1.5,"distance":1}"#, #"{"id":"a","distance":"1"}"#, #"{"id":true,"distance":1}"#,
  ])
  mutating func `a report that is none is invalid`(payload: String) {
    #expect(say("hall", payload) == ["invalid"])
  }

  @Test mutating func `a report that is too long is invalid`() {
    let long =
      #"{"id":"a","distance":1,"x":"\#(String(repeating: "x", count: DialectLimits.maxJSON))"}"#
    #expect(say("hall", long) == ["invalid"])
  }

  @Test mutating func `a replayed report is left out`() {
    #expect(say("hall", #"{"id":"a","distance":1}"#, isReplay: true) == [])
  }

  @Test mutating func `of names that are too long nothing is kept`() {
    let long = String(repeating: "x", count: DialectLimits.maxName + 1)
    #expect(see(long, "hall", "1") == ["invalid"])
    #expect(see("a", long, "1") == ["invalid"])
    // Encoding makes it longer than it came.
    #expect(see(String(repeating: "/", count: 43), "hall", "1") == ["invalid"])
  }

  @Test func `other scanners' topics are a prefix away`() {
    #expect(
      RoomAssistantDialect(prefix: "room_presence").topics[0].pattern == "room_presence/{room}")
    #expect(dialect.defaults.isExclusive)
    #expect(dialect.defaults.timeout == .seconds(120))
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  mutating func `any bytes are taken`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var taken = 0
    for turn in 0..<1000 {
      let good = #"{"id":"ble-ann","name":"Ann","distance":\#(turn % 10).5}"#
      let bytes =
        turn % 4 == 0 ? Noise.bytes(upTo: 60, &random) : Noise.mutated(good, &random)
      _ = dialect.read("room-assistant/mqtt-room/hall", bytes, at: .seconds(turn), heard)
      let lines = heard.take()
      #expect(lines.count == 1)
      if lines != ["invalid"] { taken += 1 }
    }
    #expect(taken > 20)
  }
}
