import Presence
import Testing

@testable import Store

/// A wall clock that jumps costs no history, and nobody's place.
@Suite struct JumpingClockTests {
  private let dawn = Double(Past.dawn)
  private let day = 86_400.0

  private func hours(_ past: Past) throws -> Int {
    Int(try past.database.integer("SELECT count(*) FROM history WHERE key >> 61 = 2"))
  }

  /// A week of history, a limit of rows, and the clock where it should be.
  private func week(limit: Int = 5_000_000) throws -> Past {
    var rules = HistoryRules()
    rules.rowLimit = limit
    var past = try Past(rules)
    for hour in 0..<7 * 24 { try past.fill("lab", hour % 5, at: dawn + Double(hour) * 3_600) }
    past.settle(at: dawn + 8.5 * day)
    try past.thinAll()
    return past
  }

  @Test func `forty days ahead for fourteen seconds thins nothing, and is as if it had not been`()
    throws
  {
    var past = try week()
    try past.fill("lab", 3, at: dawn + 8.5 * day + 5)
    let rows = try past.rowsOfHistory()
    for second in 0..<14 {
      try past.fill("lab", second % 2, at: dawn + 48.5 * day + Double(second))
      try past.thinAll()
    }
    try past.fill("lab", 4, at: dawn + 8.5 * day + 20)
    try past.thinAll()
    #expect(try past.rowsOfHistory() - rows <= 2)
    past.set(dawn + 8.5 * day + 30)
    #expect(try past.read("lab", since: 9, step: 1).last?.words == "4-4 4.0")
    #expect(try past.read("lab", since: 8 * 86_400, step: 86_400).filter { !$0.isKnown }.isEmpty)
    #expect(try past.database.integer("SELECT since FROM history_state") == Past.dawn)
  }

  @Test func `a clock that stays ahead is believed after ten minutes`() throws {
    var past = try week()
    #expect(try hours(past) > 0)
    past.settle(at: dawn + 48.5 * day)
    try past.thinAll()
    #expect(try past.rowsOfHistory() == 0)
  }

  @Test func `over the limit the day that it is stays, and nothing begins in the future`() throws {
    var past = try week(limit: 3)
    let now = dawn + 8 * day + 12 * 3_600
    for hour in 0..<12 { try past.fill("lab", hour % 5, at: dawn + 8 * day + Double(hour) * 3_600) }
    past.settle(at: now)
    try past.thinAll()
    #expect(try past.database.integer("SELECT since FROM history_state") <= Int64(now))
    let points = try past.read("lab", since: 11 * 3_600, step: 3_600)
    #expect(points.filter { !$0.isKnown }.isEmpty)
  }

  @Test func `what was written of the future is taken back in parts`() throws {
    var past = try Past()
    try past.fill("lab", 1, at: dawn)
    for second in 0..<4_500 {
      try past.fill("lab", 1 + second % 2, at: dawn + 2 * day + Double(second))
    }
    for minute in 0...10 { try past.fill("hall", minute, at: dawn + 100 + Double(minute) * 60) }
    let rows = try past.rowsOfHistory()
    #expect(rows > 2_000)
    #expect(past.database.history?.turningBack != nil)
    try past.thinAll()
    #expect(try past.rowsOfHistory() == past.database.historyFigures?.rows)
    #expect(try past.rowsOfHistory() <= 3)
    #expect(try past.database.lastCountInHistory(of: Array("lab".utf8)) == 2)
    #expect(try past.database.lastCountInHistory(of: Array("hall".utf8)) == 10)
  }

  @Test func `rows are counted, whatever was remembered of them`() throws {
    var past = try Past()
    for second in 0..<50 { try past.fill("lab", second % 2 + 1, at: dawn + Double(second)) }
    try sqlite(past.shelf.path, "UPDATE history_state SET row_count = 7")
    try past.reopen()
    #expect(past.database.historyFigures?.rows == 50)
    past.set(dawn + 60)
    past.fill("lab", 9)
    let other = try past.shelf.open(owner: 5)
    #expect(throws: StoreError.self) { try past.commit() }
    _ = other
    #expect(past.database.historyFigures?.rows == 50)
  }

  @Test func `where the time comes back to a second that is kept, the count is the newest`() throws
  {
    var past = try Past(HistoryRules())
    try past.fill("lab", 2, at: dawn + 100)
    try past.fill("lab", 3, at: dawn + 100 + day)
    past.set(dawn + 100.5)
    try past.commit()
    #expect(try past.database.lastCountInHistory(of: Array("lab".utf8)) == 3)
  }

  @Test func `what was seen stays known where the clock is behind as sight is lost`() throws {
    var past = try Past()
    for second in 0..<40 { try past.fill("lab", second % 2 + 1, at: dawn + Double(second)) }
    past.set(dawn + 5)
    past.fill("lab", 7)
    try past.commit(unknownSince: Past.dawn + 3)
    past.set(dawn + 6)
    try past.commit(unknownSince: Past.dawn + 3)
    past.set(dawn + 50)
    past.fill("lab", 8)
    try past.commit(unknownSince: Past.dawn + 3)
    let points = try past.read("lab", since: 50, step: 1)
    let unseen = points.filter { !$0.isKnown }.map { $0.at - Past.dawn }
    #expect(unseen == Array(40..<50))
    #expect(points.last?.words == "8-8 8.0")
  }

  @Test func `a clock that is behind, and jumps, has not been behind for as long`() throws {
    var past = try Past()
    try past.fill("lab", 1, at: dawn)
    try past.fill("lab", 2, at: dawn - 40 * day)
    try past.fill("lab", 3, at: dawn - day)
    try past.fill("lab", 4, at: dawn - day + 10)
    #expect(past.database.historyFigures?.rows == 1)
    past.set(dawn)
    #expect(try past.read("lab", since: 0, step: 1).map(\.words) == ["0-4 1.0"])
  }

  @Test func `where the clock is set right while the bridge is away, the gap is as long as that`()
    throws
  {
    for jump in [2 * day, -2 * day] {
      var past = try Past()
      past.set(dawn + 90)
      try past.commit()
      try past.fill("lab", 1, at: dawn + 99)
      if jump < 0 { try past.fill("lab", 2, at: dawn + 5_000) }
      try past.fill("lab", 3, at: dawn + jump)
      past.set(dawn + 110)
      var row = BridgeRow(revision: 7, aliveAt: past.shelf.now.wall)
      (row.unknownSince, row.unknownFor) = ((Past.dawn + Int64(jump)) * 1_000, 5_000)
      var unsaved = past.shelf.engine.takeUnsaved()
      while try !past.database.commit(&unsaved, of: past.shelf.engine, bridge: row) {}
      let points = try past.read("lab", since: 20, step: 1)
      #expect(points.filter { !$0.isKnown }.map { $0.at - Past.dawn } == Array(105..<110))
    }
  }

  @Test func `small steps of the clock, to and fro, drop nothing`() throws {
    var past = try Past()
    for second in 0..<40 { try past.fill("lab", second % 2 + 1, at: dawn + Double(second)) }
    for second in [18, 41, 31, 33.5] { try past.fill("lab", Int(second), at: dawn + second) }
    past.set(dawn + 41)
    #expect(try past.read("lab", since: 41, step: 1).map(\.high).suffix(4) == [2, 18, 18, 41])
    #expect(past.database.historyFigures?.rows == 41)
  }

  /// Who was removed seconds before a crash comes back with a heartbeat.
  @Test(
    arguments: [
      // Started in 1970, killed, started with the right clock.
      (0, 5_000, 1_700_000_000_000),
      // The clock was ahead, and is set right.
      (1_703_456_000_000, 1_703_456_005_000, 1_700_000_000_000),
      // A clock that shows a time before 1970, which no system lets it.
      (-5_000, 0, 1_700_000_000_000), (-7_000_000, -6_995_000, 1_700_000_000_000),
      // The right clock, and a machine that begins in 1970.
      (1_700_000_000_000, 1_700_000_005_000, 60_000),
    ] as [(Int64, Int64, Int64)])
  func `who went before a crash can come back, whatever the clock says then`(
    left: Int64, committed: Int64, restarted: Int64
  ) throws {
    var shelf = try Shelf()
    let database = try shelf.open()
    shelf.now.wall = left
    shelf.join("a", "lab")
    shelf.status("a", .offline(Death()))
    shelf.now.instant = shelf.now.instant + .seconds(5)
    shelf.now.wall = committed
    _ = shelf.engine.tick(budget: 10, at: shelf.now)
    shelf.announce()
    try shelf.commit(to: database)
    shelf.now = Now(instant: Instant(nanoseconds: 7_000_000_000), wall: restarted)
    var engine = try shelf.loaded()
    engine.connected(at: shelf.now)
    engine.settled(brokerRestarted: false, at: shelf.now)
    let now = shelf.now
    Array("a".utf8).withUnsafeBytes { engine.heartbeat(Who(client: $0), nil, at: now) }
    #expect(engine.presences == 1)
  }
}
