import Testing

@testable import rollcall

/// Keys pressed while `watch` draws, and what the picture makes of them.
@Suite struct WatchControlsTests {
  private func model() -> WatchModel {
    var model = WatchModel()
    model.beginReplay()
    for (room, count) in [("hall", "3"), ("lab/1", "9"), ("Lab/2", "3"), ("roof", "0")] {
      _ = model.take(.count(RoomName(room), Array(count.utf8)), at: .zero)
    }
    _ = model.take(.bridge(Array("online".utf8)), at: .zero)
    _ = model.endReplay()
    _ = model.take(.count(RoomName("roof"), Array("1".utf8)), at: .seconds(5))
    return model
  }

  private func press(_ keys: [Key]) -> (controls: WatchControls, rooms: [String], goesOn: Bool) {
    var (model, controls) = (model(), WatchControls())
    let goesOn = keys.allSatisfy { key in
      controls.take(key, names: controls.arrange(&model), page: 3)
    }
    return (controls, controls.arrange(&model).map(\.text), goesOn)
  }

  @Test func `bytes of a terminal are keys`() {
    let bytes = Array("a\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[1;5C\té\u{7F}\r\u{1B}".utf8)
    #expect(
      Key.read(bytes) == [
        .character("a"), .up, .down, .pageUp, .tab, .character("é"), .backspace, .enter, .escape,
      ])
  }

  @Test func `a key changes the order`() {
    #expect(press([]).rooms == ["Lab/2", "hall", "lab/1", "roof"])
    #expect(press([.character("s")]).rooms == ["lab/1", "Lab/2", "hall", "roof"])
    #expect(press([.tab, .tab]).rooms == ["roof", "Lab/2", "hall", "lab/1"])
    #expect(press([.tab, .tab, .tab]).controls == WatchControls())
  }

  @Test func `a filter works as one types, without regard to case`() {
    let typed: [Key] = [.character("/"), .character("L"), .character("a")]
    #expect(press(typed).rooms == ["Lab/2", "lab/1"])
    #expect(press(typed + [.character("q")]).rooms == [])
    #expect(press(typed + [.character("q"), .backspace, .enter]).rooms == ["Lab/2", "lab/1"])
    #expect(press(typed + [.enter, .escape]).rooms.count == 4)
    #expect(press(typed + [.character("q")]).goesOn)
    #expect(!press(typed + [.enter, .character("q")]).goesOn)
  }

  @Test func `arrows choose a room, and enter opens and closes it`() {
    #expect(press([.down]).controls.chosen == RoomName("Lab/2"))
    #expect(press([.up]).controls.chosen == RoomName("roof"))
    #expect(press([.down, .pageDown, .pageDown]).controls.chosen == RoomName("roof"))
    #expect(press([.down, .down, .home]).controls.chosen == RoomName("Lab/2"))
    #expect(press([.down, .down]).controls.openRoom == nil)
    #expect(press([.down, .down, .enter]).controls.openRoom == RoomName("hall"))
    #expect(press([.enter]).controls.openRoom == RoomName("Lab/2"))
    #expect(press([.down, .enter, .enter]).controls.openRoom == nil)
    #expect(press([.down, .enter, .escape]).controls.chosen == RoomName("Lab/2"))
    #expect(press([.down, .enter, .escape, .escape]).controls == WatchControls())
  }

  private func draw(
    _ keys: [Key], columns: Int = 80, rows: Int = 20, opened: Duration = .zero
  ) -> [WatchScreen.Line] {
    var model = model()
    let snapshot =
      #"{"count":3,"users_count":1,"anonymous":2,"members":[{"client":"x\u001b[2J","user":"ann","#
      + #""since":"2026-11-23T20:40:07.123Z"}],"truncated":true,"at":"2026-11-23T20:51:07.123Z"}"#
    _ = model.take(.occupancy(RoomName("hall"), Array(snapshot.utf8)), at: .zero)
    let stats = #"{"received":10,"clients":7,"presences":3,"uptime_s":60,"durable":true}"#
    _ = model.take(.stats(Array(stats.utf8)), at: .zero)
    var screen = WatchScreen(place: "here", trouble: nil)
    screen.controls = press(keys).controls
    screen.opened = opened
    return screen.lines(
      &model, now: .seconds(9), clock: "12:00:00", columns: columns, rows: rows)
  }

  @Test func `members of the open room stand below, and the bridge's own state above`() {
    let lines = draw([.down, .down, .enter])
    #expect(lines.count == 20)
    #expect(lines[1].text == "7 clients · up 1m")
    #expect(lines.first { $0.weight == .chosen }?.text.hasPrefix("hall") == true)
    let foot = lines.suffix(5).map(\.text)
    #expect(foot[0] == "hall: 3 present, 1 user, 2 anonymous")
    #expect(foot[2].hasPrefix("x\\u{1B}[2J  ann"))
    #expect(foot[4] == "by name · s count · / filter · ↑↓ enter members · q quit")
  }

  @Test func `who may not read members is told so, once they could have come`() {
    #expect(draw([.down, .enter], opened: .seconds(7)).map(\.text).contains("Lab/2: …"))
    let lines = draw([.down, .enter], opened: .seconds(6)).map(\.text)
    #expect(lines.contains("Lab/2: nothing has come of its members; this login may not read them"))
  }

  @Test(arguments: [(1, 1), (10, 3), (20, 8), (200, 60)])
  func `the picture never passes the window`(columns: Int, rows: Int) {
    for keys in [[], [.down, .down, .enter], [.character("/"), .character("x")]] as [[Key]] {
      let lines = draw(keys, columns: columns, rows: rows)
      #expect(lines.count <= rows)
      #expect(lines.allSatisfy { $0.text.columns <= columns })
    }
  }
}
