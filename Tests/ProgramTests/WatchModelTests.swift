import Testing

@testable import rollcall

@Suite struct WatchModelTests {
  private let lab = RoomName("lab")
  private let join = Array(
    #"{"count":2,"added":[{"client":"phone","user":"ann","reason":"joined"}],"removed":[]}"#.utf8)

  private func count(_ number: Int) -> [UInt8] { Array(String(number).utf8) }

  /// A model that has been told of one room with one member.
  private func synchronized() -> WatchModel {
    var model = WatchModel()
    model.beginReplay()
    _ = model.take(.count(lab, count(1)), at: .zero)
    _ = model.take(.bridge(Array("online".utf8)), at: .zero)
    _ = model.endReplay()
    return model
  }

  @Test func thePresentStateIsToldOnceItIsComplete() {
    var model = WatchModel()
    model.beginReplay()
    #expect(model.take(.count(lab, count(1)), at: .zero).isEmpty)
    #expect(model.take(.bridge(Array("offline".utf8)), at: .zero).isEmpty)
    #expect(model.endReplay() == [.present(.offline)])
    #expect(model.rooms[lab]?.count == 1)
    #expect(model.rooms[lab]?.changed == nil)
  }

  @Test func anEventAndItsCountAreOneChange() {
    var model = synchronized()
    guard let event = RoomEvent(join) else { return #expect(Bool(false)) }
    #expect(model.take(.event(lab, join), at: .seconds(5)) == [.event(lab, event)])
    #expect(model.take(.count(lab, count(2)), at: .seconds(5)).isEmpty)
    #expect(model.rooms[lab]?.lately == ["+ann/phone"])
    #expect(model.rooms[lab]?.changed == .seconds(5))
  }

  @Test func countsAloneAreEnough() {
    var model = synchronized()
    #expect(model.take(.count(lab, count(4)), at: .seconds(1)) == [.count(lab, 4)])
    #expect(model.take(.count(lab, count(0)), at: .seconds(2)) == [.count(lab, 0)])
    #expect(model.rooms[lab]?.lately == ["-4", "+3"])
  }

  @Test func aClearedRoomIsGone() {
    var model = synchronized()
    #expect(model.take(.count(lab, []), at: .zero) == [.gone(lab)])
    #expect(model.take(.count(lab, []), at: .zero).isEmpty)
    #expect(model.roomNames().isEmpty)
  }

  @Test func nonsenseChangesNothing() {
    var model = synchronized()
    #expect(model.take(.count(lab, Array("many".utf8)), at: .zero).isEmpty)
    #expect(model.take(.count(lab, Array("-1".utf8)), at: .zero).isEmpty)
    #expect(model.take(.event(lab, Array("{}".utf8)), at: .zero).isEmpty)
    #expect(model.rooms[lab]?.count == 1)
  }

  @Test func aReconnectTellsWhatChangedMeanwhile() {
    var model = synchronized()
    _ = model.take(.count(RoomName("old"), count(3)), at: .zero)
    model.beginReplay()
    #expect(model.take(.count(lab, count(7)), at: .zero).isEmpty)
    #expect(model.endReplay() == [.bridge(.absent), .gone(RoomName("old")), .count(lab, 7)])
  }

  @Test func aReconnectWithoutChangesTellsNothing() {
    var model = synchronized()
    model.beginReplay()
    _ = model.take(.count(lab, count(1)), at: .zero)
    _ = model.take(.bridge(Array("online".utf8)), at: .zero)
    #expect(model.endReplay().isEmpty)
  }

  @Test func whatHappenedLatelyIsBounded() {
    var model = synchronized()
    for number in 2..<100 { _ = model.take(.count(lab, count(number)), at: .zero) }
    #expect(model.rooms[lab]?.lately.count == 12)
  }

  @Test func roomsAreSortedAsBytes() {
    var model = synchronized()
    for name in ["é", "e\u{301}", "Z", "a"] {
      _ = model.take(.count(RoomName(name), count(1)), at: .zero)
    }
    #expect(model.roomNames() == ["Z", "a", "e\u{301}", "lab", "é"].map { RoomName($0) })
  }
}
