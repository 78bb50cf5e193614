import Presence
import Testing

/// Contract, 8: rooms that have emptied.
@Suite struct EmptyRoomTests {
  static let rules = Rules.with { $0.emptyRoomTTL = .seconds(100) }

  /// A stage on which the lab was announced, and emptied at 10 s.
  static func emptied() -> Stage {
    var stage = Stage(rules: rules)
    stage.join("a", "lab")
    stage.catchUp()
    stage.at(.seconds(10))
    stage.leave("a", "lab")
    stage.catchUp()
    return stage
  }

  @Test func `a room is cleared when it was empty for its time, and not before`() {
    var stage = Self.emptied()
    stage.at(.milliseconds(109_999))
    stage.tick()
    #expect(stage.cleared() == [])
    #expect(stage.find("lab").map(stage.engine.isShown) == true)
    stage.at(.seconds(110))
    #expect(stage.engine.nextDeadline.map { $0 <= stage.now.instant } == true)
    stage.tick()
    #expect(stage.cleared() == ["lab"])
    #expect(stage.cleared() == [])
    stage.engine.reclaim()
    #expect(stage.find("lab") == nil)
  }

  @Test func `a room that is filled again stays`() {
    var stage = Self.emptied()
    stage.at(.milliseconds(109_999))
    stage.join("b", "lab")
    stage.catchUp()
    stage.at(.seconds(111))
    stage.tick()
    #expect(stage.cleared() == [])
    #expect(stage.members("lab") == ["b"])
  }

  @Test func `a room that is filled and empties before anybody is told is cleared all the same`() {
    var stage = Self.emptied()
    stage.at(.seconds(50))
    stage.join("b", "lab")
    stage.leave("b", "lab")
    #expect(stage.announced("lab") == [])
    stage.at(.milliseconds(149_999))
    stage.tick()
    #expect(stage.cleared() == [])
    stage.at(.seconds(150))
    stage.tick()
    #expect(stage.cleared() == ["lab"])
  }

  @Test func `a room that was never announced leaves nothing behind`() {
    var stage = Stage(rules: Self.rules)
    stage.join("a", "lab")
    stage.leave("a", "lab")
    #expect(stage.announced("lab") == [])
    #expect(stage.find("lab") == nil)
    #expect(stage.engine.nextDeadline != nil)
    stage.forget("a")
    stage.catchUp()
    #expect(stage.engine.nextDeadline == nil)
  }

  @Test func `a cleared room to which somebody may come back is shown when it does`() {
    var stage = Stage(rules: Self.rules)
    stage.join("a", "lab")
    stage.catchUp()
    stage.at(.seconds(60))
    stage.tick()
    stage.catchUp()
    stage.at(.seconds(160))
    stage.tick()
    #expect(stage.cleared() == ["lab"])
    stage.catchUp()
    stage.beat("a")
    #expect(stage.find("lab").map(stage.engine.isEdge) == true)
    #expect(stage.announced("lab") == ["+a revived"])
    #expect(stage.find("lab").map(stage.engine.isShown) == true)
  }

  @Test func `rooms are cleared in slices`() {
    var stage = Stage(rules: Self.rules)
    for room in 0..<20 { stage.join("a", "room-\(room)") }
    stage.catchUp()
    for room in 0..<20 { stage.leave("a", "room-\(room)") }
    stage.catchUp()
    stage.forget("a")
    stage.at(.seconds(100))
    let isBehind = stage.engine.tick(budget: 15, at: stage.now)
    #expect(isBehind)
    #expect(stage.cleared().count == 15)
    let isStillBehind = stage.engine.tick(budget: 15, at: stage.now)
    #expect(!isStillBehind)
    #expect(stage.cleared().count == 5)
  }

  /// A bridge whose database was lost takes over what is retained of a room that it knows only as one to come back to.
  @Test func `a room that is taken over empty is cleared in its time`() throws {
    var stage = Stage(rules: Self.rules)
    stage.online("a", rooms: ["lab"], timeout: .seconds(1))
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.announced("lab") == [])
    let lab = try #require(stage.find("lab"))
    stage.engine.adopt(lab, revision: 5, members: [])
    stage.at(.milliseconds(100_999))
    stage.tick()
    #expect(stage.cleared() == [])
    stage.at(.seconds(101))
    stage.tick()
    #expect(stage.cleared() == ["lab"])
  }
}
