import Presence
import Testing

@testable import Dialects

/// A dialect that says what its payload tells it to: gateways, and rooms that it finds out itself.
@Suite struct FoundRoomsTests {
  struct Finder: Dialect {
    let topics = [DialectTopic(pattern: "f/{client}")]
    let defaults = DialectDefaults(room: "{region}", timeout: .seconds(5))

    mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
      let words = Heard.text(message.payload).split(separator: " ").map(String.init)
      let client = message.levels[0]
      let region = Array((words.last ?? "").utf8)
      region.withUnsafeBytes { region in
        var saying = Saying(client, Self.word(words.first ?? "", region))
        if words.count > 1 { saying.values = [("region", region)] }
        if words.first == "hub" {
          saying.isGateway = true
          saying.hasRoom = false
        }
        listener.hear(saying)
      }
    }

    private static func word(_ word: String, _ room: UnsafeRawBufferPointer) -> Saying.Word {
      switch word {
      case "enters": .enters
      case "leaves": .leaves
      case "in": .isIn([room, room])
      default: .online(Birth())
      }
    }
  }

  /// What the reader would make of a message, with one translator around the dialect.
  private func lines(
    _ payload: String, exclusive: Bool = false, byHand: [String] = [], isKnown: Bool = false,
    room: String = "{region}"
  ) throws -> [String] {
    var source = Source(name: "f", namespace: "f")
    source.isExclusive = exclusive
    var dialect = Finder()
    let assignments = Assignments(
      byHand.isEmpty ? [] : [Assignment(client: "f:a", rooms: byHand, line: 1)])
    let translator = Translator(
      source, template: try RoomTemplate(room), dialect, names: [["client"]], assignments)
    let taker = Reported([])
    if isKnown { taker.known["f:a"] = (nil, true) }
    let bytes = (Array("a".utf8), Array(payload.utf8))
    bytes.0.withUnsafeBytes { client in
      bytes.1.withUnsafeBytes { payload in
        let now = Now(instant: Instant(nanoseconds: 1), wall: 1)
        let message = DialectMessage(
          levels: [client], payload: payload, isReplay: false, now: now)
        translator.begin(message, topic: 0, taker: taker)
        dialect.read(message, topic: 0, translator)
        if case .invalid(let words) = translator.end() { taker.note("invalid: \(words)") }
      }
    }
    return taker.lines
  }

  @Test func `a birth that names no room leaves the rooms as they are`() throws {
    #expect(try lines("online") == ["f:a online 5s"])
  }

  @Test func `entering makes an unknown client known, with its timeout`() throws {
    #expect(try lines("enters hall") == [#"f:a online ["hall"] 5s"#])
    #expect(try lines("enters hall", isKnown: true) == ["f:a joins hall"])
    #expect(try lines("leaves hall", isKnown: true) == ["f:a leaves hall"])
  }

  @Test func `entering one room leaves the others where there is one at a time`() throws {
    #expect(
      try lines("enters hall", exclusive: true, isKnown: true) == [
        #"f:a online ["hall"] 5s moves"#
      ])
  }

  @Test func `being in rooms is being in no others`() throws {
    #expect(try lines("in hall", isKnown: true) == [#"f:a online ["hall"] 5s"#])
  }

  @Test func `rooms by hand come beside those found`() throws {
    #expect(
      try lines("in hall", byHand: ["lab"]) == [#"f:a online ["hall", "lab"] 5s by-hand=["lab"]"#])
    #expect(
      try lines("online", byHand: ["lab"], isKnown: true) == [
        #"f:a online 5s by-hand=["lab"]"#, #"f:a joins lab by-hand=["lab"]"#,
      ])
    #expect(try lines("online", byHand: ["lab"]) == [#"f:a online ["lab"] 5s by-hand=["lab"]"#])
  }

  @Test func `a gateway is in no room but those by hand, and without a timeout`() throws {
    #expect(try lines("hub") == [#"f:a online [] 0s gateway"#])
    #expect(
      try lines("hub", byHand: ["lab"]) == [#"f:a online ["lab"] 0s by-hand=["lab"] gateway"#])
  }

  @Test func `a room for which a word is missing is invalid`() throws {
    #expect(
      try lines("enters", isKnown: true) == [
        "invalid: the message does not say the {region} that is in the room"
      ])
  }
}
