import Testing

@testable import rollcall

/// What `watch` writes and draws.
@Suite struct WatchShowTests {
  private let event = Array(
    (#"{"count":1,"revision":9,"added":[{"client":"tab","reason":"revived"}],"#
      + #""removed":[{"client":"x\u001b[31m","user":"ann","reason":"expired"}]}"#).utf8)

  private func model(rooms: Int) -> WatchModel {
    var model = WatchModel()
    model.beginReplay()
    for number in 0..<rooms {
      _ = model.take(.count(RoomName("room-\(number + 100)"), Array("3".utf8)), at: .zero)
    }
    _ = model.take(.bridge(Array("online".utf8)), at: .zero)
    _ = model.endReplay()
    return model
  }

  @Test func aLineAChange() throws {
    var model = model(rooms: 2)
    let event = try #require(RoomEvent(event))
    let changes: [WatchChange] = [
      .present(.online), .event(RoomName("lab"), event), .count(RoomName("lab"), 0),
      .gone(RoomName("lab")), .lost("why"), .connected,
    ]
    let lines = changes.flatMap {
      WatchLines(json: false).lines(for: $0, in: &model, clock: "12:00:00")
    }
    #expect(
      lines == [
        "12:00:00 bridge online", "12:00:00 room-100 3", "12:00:00 room-101 3",
        "12:00:00 lab 1 +tab(revived) -ann/x\\u{1B}[31m(expired)", "12:00:00 lab 0",
        "12:00:00 lab gone", "12:00:00 disconnected: why", "12:00:00 connected",
      ])
  }

  @Test func anObjectAChange() throws {
    var model = model(rooms: 1)
    let event = try #require(RoomEvent(event))
    let changes: [WatchChange] = [
      .present(.online), .event(RoomName("lab"), event), .gone(RoomName("lab")), .lost("why"),
    ]
    let lines = changes.flatMap { WatchLines(json: true).lines(for: $0, in: &model, clock: "") }
    #expect(
      lines == [
        #"{"type":"bridge","state":"online"}"#, #"{"type":"count","room":"room-100","count":3}"#,
        #"{"type":"event","room":"lab","count":1,"added":[{"client":"tab","reason":"revived"}],"#
          + #""removed":[{"client":"x\u001b[31m","user":"ann","reason":"expired"}],"updated":[],"revision":9}"#,
        #"{"type":"gone","room":"lab"}"#, #"{"type":"lost","reason":"why"}"#,
      ])
  }

  private func draw(_ model: inout WatchModel, columns: Int = 80, rows: Int = 24) -> [String] {
    WatchScreen(place: "presence at here", trouble: nil)
      .lines(&model, now: .seconds(10), clock: "12:00:00", columns: columns, rows: rows)
      .map(\.text)
  }

  @Test func thePictureHasAHeadingAndARowARoom() {
    var model = model(rooms: 2)
    _ = model.take(.count(RoomName("room-101"), Array("5".utf8)), at: .seconds(7))
    let lines = draw(&model)
    #expect(lines[0].hasPrefix("bridge online · 2 rooms, 8 present · presence at here"))
    #expect(lines[0].hasSuffix("12:00:00") && lines[0].columns == 80)
    #expect(
      lines[2...] == [
        "ROOM      COUNT  CHANGED  LATELY", "room-100      3        -",
        "room-101      5       3s  +2",
      ])
  }

  @Test func moreRoomsThanFitShowsThoseThatChangedLast() {
    var model = model(rooms: 100)
    for room in ["room-190", "room-150"] {
      _ = model.take(.count(RoomName(room), Array("9".utf8)), at: .seconds(7))
    }
    let lines = draw(&model, rows: 8)
    #expect(lines.count == 8)
    #expect(lines[3...6].map { $0.prefix(8) } == ["room-100", "room-101", "room-150", "room-190"])
    #expect(lines[7] == "… and 96 rooms where less happened lately")
  }

  @Test(arguments: [(1, 1), (10, 3), (20, 5), (200, 60)])
  func thePictureNeverPassesTheWindow(columns: Int, rows: Int) {
    var model = model(rooms: 50)
    let lines = draw(&model, columns: columns, rows: rows)
    #expect(lines.count <= rows)
    #expect(lines.allSatisfy { $0.columns <= columns })
  }

  @Test func troubleStandsInTheHeading() {
    var model = model(rooms: 1)
    let lines = WatchScreen(place: "here", trouble: "disconnected: gone")
      .lines(&model, now: .zero, clock: "12:00:00", columns: 80, rows: 24)
    #expect(lines[0].text.hasPrefix("disconnected: gone"))
  }
}
