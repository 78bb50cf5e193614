import CSQLite
import Presence
import Testing

@testable import Store

/// Counts are kept with the commits that change them.
@Suite struct HistoryTests {
  private let dawn = Double(Past.dawn)

  @Test func `a change is there once it is committed, and after a crash`() throws {
    var past = try Past()
    try past.fill("lab", 2, at: dawn + 10)
    past.set(dawn + 11)
    past.fill("lab", 5)
    try past.reopen()
    past.set(dawn + 12)
    let words = try past.read("lab", since: 3, step: 1).map(\.words)
    #expect(words == ["?", "0-2 2.0", "2-2 2.0", "2-2 2.0"])
  }

  @Test func `changes of one second share a row, with what stood in between and for how long`()
    throws
  {
    var past = try Past()
    try past.fill("lab", 4, at: dawn)
    try past.fill("lab", 0, at: dawn + 1.25)
    try past.fill("lab", 8, at: dawn + 1.5)
    past.set(dawn + 1.75)
    past.fill("lab", 20)
    past.fill("lab", 8)
    try past.commit()
    past.set(dawn + 2)
    let points = try past.read("lab", since: 1, step: 1)
    #expect(points.map(\.words) == ["0-20 5.0", "8-8 8.0"])
    #expect(past.database.historyFigures?.rows == 2)
  }

  @Test func `rooms without change write nothing`() throws {
    var past = try Past()
    try past.fill("lab", 4, at: dawn)
    for minute in 1...60 { try past.fill("hall", minute % 2, at: dawn + Double(minute) * 60) }
    #expect(past.database.historyFigures?.rows == 61)
    #expect(try past.read("lab", since: 60, step: 60).last?.words == "4-4 4.0")
  }

  @Test func `what the bridge does not know is a gap`() throws {
    var past = try Past()
    try past.fill("lab", 4, at: dawn)
    past.set(dawn + 300)
    past.fill("lab", 1)
    try past.commit(unknownSince: Past.dawn + 60)
    past.set(dawn + 359)
    let words = try past.read("lab", since: 359, step: 60).map(\.words)
    #expect(words == ["0-4 4.0", "?", "?", "?", "?", "1-1 1.0"])
  }

  @Test func `a gap within a second leaves what stood before it`() throws {
    var past = try Past()
    try past.fill("lab", 4, at: dawn)
    past.set(dawn + 60.8)
    past.fill("lab", 1)
    var row = BridgeRow(revision: 7, aliveAt: past.shelf.now.wall)
    row.unknownSince = (Past.dawn + 60) * 1_000 + 100
    var unsaved = past.shelf.engine.takeUnsaved()
    while try !past.database.commit(&unsaved, of: past.shelf.engine, bridge: row) {}
    #expect(try past.read("lab", since: 1, step: 1).map(\.words) == ["4-4 4.0", "1-4 3.4"])
  }

  @Test func `a room that ends and comes back goes on`() throws {
    var past = try Past()
    try past.fill("lab", 1, at: dawn)
    try past.fill("lab", 0, at: dawn + 60)
    past.shelf.now.instant = past.shelf.now.instant + .seconds(4_000)
    _ = past.shelf.engine.tick(budget: 10, at: past.shelf.now)
    past.shelf.announce()
    try past.commit()
    // Its number in the engine goes to another.
    try past.fill("hall", 3, at: dawn + 120)
    try past.fill("lab", 2, at: dawn + 180)
    past.set(dawn + 239)
    #expect(
      try past.read("lab", since: 239, step: 60).map(\.words)
        == ["0-1 1.0", "0-1 0.0", "0-0 0.0", "0-2 2.0"])
    #expect(
      try past.read("hall", since: 239, step: 60).map(\.words)
        == ["0-0 0.0", "0-0 0.0", "0-3 3.0", "3-3 3.0"])
  }

  @Test func `a commit that fails leaves nothing behind`() throws {
    var past = try Past()
    try past.fill("lab", 1, at: dawn)
    let other = try past.shelf.open(owner: 5)
    past.set(dawn + 1)
    past.fill("lab", 3)
    #expect(throws: StoreError.self) { try past.commit() }
    _ = other
    try past.reopen()
    past.set(dawn + 2)
    #expect(try past.read("lab", since: 1, step: 1).map(\.words) == ["1-1 1.0", "1-1 1.0"])
  }

  @Test func `a rewrite tells what changed while nothing could be written`() throws {
    var past = try Past()
    for (room, count) in [("lab", 1), ("hall", 2), ("roof", 3)] {
      try past.fill(room, count, at: dawn)
    }
    past.set(dawn + 120)
    past.fill("lab", 0)
    past.fill("roof", 5)
    past.fill("new", 1)
    _ = past.shelf.engine.takeUnsaved()
    var row = BridgeRow(revision: 9, aliveAt: past.shelf.now.wall)
    row.unknownSince = Past.dawn * 1_000
    try rewrite(past.database, past.shelf.engine, row)
    past.set(dawn + 179)
    func words(_ room: String) throws -> [String] {
      try past.read(room, since: 119, step: 60).map(\.words)
    }
    #expect(try words("lab") == ["?", "0-0 0.0"])
    #expect(try words("hall") == ["?", "2-2 2.0"])
    #expect(try words("roof") == ["?", "5-5 5.0"])
    #expect(try words("new") == ["?", "1-1 1.0"])
  }

  /// Comparing each room with each takes minutes.
  @Test(.timeLimit(.minutes(1))) func `a rewrite of many rooms compares each with itself alone`()
    throws
  {
    var past = try Past()
    let rooms = 60_000
    for room in 0..<rooms / 2 { past.fill("room-\(room)", 1) }
    try past.commit()
    past.set(dawn + 120)
    for room in 0..<100 { past.fill("room-\(room)", 0) }
    for room in rooms / 2..<rooms { past.fill("room-\(room)", 1) }
    _ = past.shelf.engine.takeUnsaved()
    let row = BridgeRow(revision: 9, aliveAt: past.shelf.now.wall)
    try rewrite(past.database, past.shelf.engine, row)
    past.set(dawn + 179)
    for (room, words) in [(0, "0-0 0.0"), (100, "1-1 1.0"), (rooms - 1, "1-1 1.0")] {
      #expect(try past.read("room-\(room)", since: 58, step: 60).last?.words == words)
    }
  }

  @Test func `a database of an earlier version begins with the counts that it holds`() throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn)
    try sqlite(
      past.shelf.path,
      """
      DROP TABLE history; DROP TABLE history_room; DROP TABLE history_state;
      DROP TABLE history_gap; PRAGMA user_version = 2;
      ALTER TABLE client RENAME COLUMN death_hash TO status_hash;
      ALTER TABLE client DROP COLUMN said_death; ALTER TABLE bridge DROP COLUMN dropped
      """)
    try past.reopen()
    past.set(dawn + 60)
    try past.commit()
    past.set(dawn + 119)
    #expect(try past.read("lab", since: 119, step: 60).map(\.words) == ["?", "3-3 3.0"])
  }

  @Test func `who wants none has none, nor what was kept before`() throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn)
    try past.database.keepHistory(nil)
    #expect(past.database.historyFigures == nil)
    try past.fill("lab", 4, at: dawn + 5)
    try past.database.keepHistory(HistoryRules())
    #expect(past.database.historyFigures?.rows == 0)
    past.set(dawn + 10)
    try past.commit()
    past.set(dawn + 11)
    #expect(try past.read("lab", since: 2, step: 1).map(\.words) == ["?", "4-4 4.0", "4-4 4.0"])
  }

  @Test func `a clock that is behind for a while holds history up, and loses nothing`() throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn + 3_600)
    try past.reopen()
    for (second, count) in [(0.0, 5), (599, 6), (3_610, 6)] {
      try past.fill("lab", count, at: dawn + second)
    }
    past.set(dawn + 3_611)
    #expect(
      try past.read("lab", since: 12, step: 1).map(\.words)
        == ["?", "0-6 3.0"] + Array(repeating: "6-6 6.0", count: 11))
  }

  @Test func `what was written ahead of the clock is known after a restart`() throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn + 3_000)
    try past.fill("lab", 4, at: dawn)
    try past.reopen()
    try past.fill("lab", 5, at: dawn + 100)
    #expect(try past.database.lastCountInHistory(of: Array("lab".utf8)) == 5)
  }

  @Test(arguments: [-86_400.0, -600_000_000]) func `a clock that makes no sense is not believed`(
    jump: Double
  ) throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn)
    for second in stride(from: 0.0, to: 2_000, by: 50) {
      try past.fill("lab", Int(second) % 3, at: dawn + jump + second)
    }
    #expect(past.database.historyFigures?.rows == (jump < -1_000_000 ? 1 : 28))
  }

  @Test func `a clock that was ahead and is set right takes the time back that never was`() throws {
    var past = try Past()
    try past.fill("lab", 3, at: dawn)
    try past.fill("hall", 7, at: dawn + 5_000)
    try past.fill("lab", 4, at: dawn + 5_000)
    past.set(dawn + 5_500)
    try past.commit(unknownSince: Past.dawn + 5_200)
    try past.fill("roof", 1, at: dawn + 100)
    for second in stride(from: 150.0, to: 699, by: 50) {
      try past.fill("lab", 4, at: dawn + second)
    }
    try past.fill("lab", 5, at: dawn + 699)
    #expect(past.database.historyFigures?.rows == 5)
    try past.fill("roof", 2, at: dawn + 700)
    past.set(dawn + 760)
    func words(_ room: String) throws -> [String] {
      try past.read(room, since: 60, step: 1).map(\.words)
    }
    #expect(try words("lab").suffix(60) == Array(repeating: "5-5 5.0", count: 60)[...])
    #expect(try words("hall").last == "7-7 7.0")
    #expect(try words("roof").last == "2-2 2.0")
    #expect(try past.database.lastCountInHistory(of: Array("lab".utf8)) == 5)
    #expect(try past.database.integer("SELECT count(*) FROM history_gap") == 0)
    #expect(try past.database.integer("SELECT count(*) FROM history") == 4)
  }
}
