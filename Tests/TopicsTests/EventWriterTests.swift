import Presence
import Testing
import Topics

@Suite struct EventWriterTests {
  @Test func `an event is byte for byte the contract's`() {
    let input = EventInput(
      room: borrowed("lab"), revision: 43, previous: 42, count: 2,
      added: [
        EventEntry(client: borrowed("phone"), user: borrowed("ann"), reason: .joined),
        EventEntry(client: borrowed("a\"b"), reason: .revived),
      ],
      removed: [EventEntry(client: borrowed("tv"), reason: .expired)],
      updated: [EventEntry(client: borrowed("s"), user: borrowed("bob"))],
      bulk: true, at: 1_795_464_605_123)
    let expected =
      #"{"room":"lab","revision":43,"previous":42,"count":2,"#
      + #""added":[{"client":"phone","user":"ann","reason":"joined"},"#
      + #"{"client":"a\"b","reason":"revived"}],"#
      + #""removed":[{"client":"tv","reason":"expired"}],"#
      + #""updated":[{"client":"s","user":"bob"}],"#
      + #""bulk":true,"at":"2026-11-23T20:10:05.123Z"}"#
    #expect(text(EventWriter.write(input)) == expected)
  }

  @Test func `nothing changed is three empty lists`() {
    let input = EventInput(room: borrowed("lab"), revision: 1, previous: 0, count: 0, at: 0)
    let expected =
      #"{"room":"lab","revision":1,"previous":0,"count":0,"added":[],"removed":[],"updated":[],"#
      + #""bulk":false,"at":"1970-01-01T00:00:00.000Z"}"#
    #expect(text(EventWriter.write(input)) == expected)
  }

  @Test func `a reason is the contract's word`() {
    let words = Reason.allCases.map { reason in
      let entry = EventEntry(client: borrowed("c"), reason: reason)
      let input = EventInput(
        room: borrowed("lab"), revision: 1, previous: 0, count: 0, removed: [entry], at: 0)
      return text(EventWriter.write(input)).firstMatch(of: /"reason":"([a-z]+)"/).map { $0.1 }
    }
    #expect(
      words == [
        "joined", "revived", "left", "offline", "expired", "forgotten", "evicted", "moved",
        "gateway",
      ])
  }
}

@Suite struct EventSplitTests {
  private let room = borrowed("lab")

  private func entries(_ count: Int, _ reason: Reason? = nil) -> [EventEntry] {
    (0..<count).map { EventEntry(client: borrowed("c\($0 + 1000)"), reason: reason) }
  }

  private func split(_ added: Int, _ removed: Int, _ updated: Int, maxBytes: Int = 262_144)
    -> [EventChunk]
  {
    EventWriter.split(
      room: room, added: entries(added, .joined), removed: entries(removed, .expired),
      updated: entries(updated), maxBytes: maxBytes)
  }

  @Test func `five hundred names are one event, one more are two`() {
    #expect(split(500, 0, 0) == [EventChunk(added: 0..<500, removed: 0..<0, updated: 0..<0)])
    #expect(
      split(200, 200, 100) == [EventChunk(added: 0..<200, removed: 0..<200, updated: 0..<100)])
    #expect(
      split(501, 0, 0) == [
        EventChunk(added: 0..<500, removed: 0..<0, updated: 0..<0),
        EventChunk(added: 500..<501, removed: 0..<0, updated: 0..<0),
      ])
  }

  @Test func `an event may end in the middle of any list`() {
    #expect(
      split(300, 300, 500) == [
        EventChunk(added: 0..<300, removed: 0..<200, updated: 0..<0),
        EventChunk(added: 300..<300, removed: 200..<300, updated: 0..<400),
        EventChunk(added: 300..<300, removed: 300..<300, updated: 400..<500),
      ])
  }

  @Test func `no change is no event`() { #expect(split(0, 0, 0).isEmpty) }

  @Test func `a name too long for any event gets one of its own`() {
    let chunks = split(3, 0, 0, maxBytes: 10)
    #expect(chunks.map(\.added) == [0..<1, 1..<2, 2..<3])
  }

  @Test func `everybody is named once, in order, and no event is too long`() {
    var random = Seeded(seed: 3)
    for _ in 0..<100 {
      let added = entries(.random(in: 0...90, using: &random), .joined)
      let removed = entries(.random(in: 0...90, using: &random), .expired)
      let updated = entries(.random(in: 0...90, using: &random))
      let names = Int.random(in: 1...60, using: &random)
      let bytes = Int.random(in: 400...4000, using: &random)
      let chunks = EventWriter.split(
        room: room, added: added, removed: removed, updated: updated, maxNames: names,
        maxBytes: bytes)
      #expect(chunks.flatMap { Array($0.added) } == Array(added.indices))
      #expect(chunks.flatMap { Array($0.removed) } == Array(removed.indices))
      #expect(chunks.flatMap { Array($0.updated) } == Array(updated.indices))
      for chunk in chunks {
        let message = EventWriter.write(
          EventInput(
            room: room, revision: .max, previous: .max, count: .max, added: added[chunk.added],
            removed: removed[chunk.removed], updated: updated[chunk.updated], bulk: true, at: 0))
        #expect(message.count <= bytes)
        #expect(chunk.count <= names)
      }
    }
  }

  @Test func `an event is cut where it would grow too long, and not much before`() {
    let added = entries(100, .joined)
    let chunks = EventWriter.split(
      room: room, added: added, removed: [], updated: [], maxBytes: 2000)
    for chunk in chunks.dropLast() {
      let longer = EventWriter.write(
        EventInput(
          room: room, revision: .max, previous: .max, count: .max,
          added: added[chunk.added.lowerBound...chunk.added.upperBound], at: 0))
      #expect(longer.count > 2000)
    }
    #expect(chunks.count > 1)
  }
}
