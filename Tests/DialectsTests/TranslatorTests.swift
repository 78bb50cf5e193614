import Presence
import Testing

@testable import Dialects

/// Names, rooms and assignments: what stands between a dialect and the engine.
@Suite struct TranslatorTests {
  @Test func `a name with its namespace has at most 128 bytes`() {
    let it = Reported([.custom("abcdefg", status: "d/{client}")])
    let fits = String(repeating: "x", count: 120)
    #expect(it.read("d/\(fits)", "offline") == ["abcdefg:\(fits) offline"])
    #expect(
      it.read("d/\(fits)x", "offline") == [
        "invalid: the client with its namespace: a level is longer than 128 bytes"
      ])
    #expect(it.read("d/", "offline") == ["invalid: the client: a level is empty"])
    #expect(
      it.read("d/a\u{7}", "offline") == ["invalid: the client: it contains a control character"])
  }

  @Test func `a room that is not allowed is invalid`() {
    let it = Reported([.custom("d", status: "d/{floor}/{client}") { $0.room = "{floor}/{client}" }])
    #expect(it.read("d/1/a", "online") == [#"d:a online ["1/a"] 0s"#])
    #expect(it.read("d/$1/a", "online") == ["invalid: the room: it begins with $"])
    #expect(it.read("d//a", "online") == ["invalid: the room: a level is empty"])
    #expect(
      it.read("d/1/rooms", "online") == [
        "invalid: the room: a level of the room is status, heartbeat or rooms"
      ])
    #expect(it.read("d/$1/a", "offline") == ["d:a offline"])
  }

  @Test func `rooms by hand replace the template's`() {
    let assigned = Assignment(client: "d:a", rooms: ["lab", "b/c"], line: 1)
    let it = Reported([.custom("d", status: "d/{client}")], [assigned])
    #expect(
      it.read("d/a", "online") == [#"d:a online ["lab", "b/c"] 0s by-hand=["lab", "b/c"]"#])
    #expect(it.read("d/b", "online") == [#"d:b online ["d"] 0s"#])
  }

  @Test func `rooms by hand come beside those that topics name`() {
    let assigned = Assignment(client: "d:a", rooms: ["lab"], line: 1)
    let it = Reported([.custom("d", status: "d/{room}/{client}")], [assigned])
    #expect(it.read("d/hall/a", "online") == [#"d:a is-in hall 0s by-hand=["lab"]"#])
  }

  @Test func `another room, timeout or payload is another claim`() {
    func hash(_ payload: String, _ change: (inout Source) -> Void = { _ in }) -> [UInt64] {
      let it = Reported([.custom("d", status: "d/{client}", change)])
      _ = it.read("d/a", payload, isReplay: true)
      return it.hashes
    }
    let hashes = [
      hash("online"), hash("offline"), hash("online") { $0.room = "x" },
      hash("online") { $0.timeout = .seconds(60) },
      hash("online") { $0.custom.online = ["x", "online"] },
    ]
    #expect(Set(hashes).count == 4)
    #expect(hashes[0] == hashes[4])
    #expect(hashes.allSatisfy { $0.count == 1 })
  }

  @Test func `what no source reads is nobody's`() {
    let it = Reported([.custom("d", status: "d/{client}")])
    #expect(it.read("d/a/b", "online") == ["not mine"])
    #expect(it.read("", "online") == ["not mine"])
  }

  @Test func `many sources are read side by side`() {
    let it = Reported((0..<20).map { .custom("s\($0)", status: "s\($0)/{client}/state") })
    for number in 0..<20 {
      #expect(it.read("s\(number)/a/state", "offline") == ["s\(number):a offline"])
    }
    #expect(it.reader.filters.count == 20)
  }

  @Test func `topics of the bridge itself are nobody's, though a pattern would match`() {
    let sources = [Source.custom("d", status: "{client}/events/rpc")]
    let it = Reported(sources, reserved: ["presence/events/#", "presence/clients/+/status"])
    #expect(it.read("shelly/events/rpc", "offline") == ["d:shelly offline"])
    #expect(it.read("presence/events/rpc", "offline") == ["not mine"])
    #expect(it.reader.filters.map(\.filter) == ["+/events/rpc"])
  }

  @Test func `what is retained is read again through other filters that match the same`() {
    let it = Reported([
      .custom("d", status: "d/{client}", heartbeat: "d/{client}/ping"),
      .custom("e", status: "e/{client}/{rest...}"), .custom("f", status: "f/+/{client}"),
    ])
    #expect(it.reader.replayFilters == ["d/+/#", "e/+/+/#", "f/+/+/#"])
    let taken = Reported([.custom("d", status: "d/{client}", heartbeat: "d/{client}/{rest...}")])
    #expect(taken.reader.filters.map(\.filter) == ["d/+", "d/+/#"])
    #expect(taken.reader.replayFilters == [])
  }

  @Test func `heartbeats are asked for at QoS 0, and nothing twice`() {
    let it = Reported([
      .custom("d", status: "d/{client}", heartbeat: "d/{client}/ping"),
      .custom("e", status: "e/{client}", heartbeat: "e/x{y"),
    ])
    let filters = it.reader.filters.map { "\($0.filter) \($0.isAtLeastOnce ? 1 : 0)" }
    #expect(filters == ["d/+ 1", "d/+/ping 0"])
  }
}
