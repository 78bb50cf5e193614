import Presence
import Store
import Testing

/// A commit that takes several calls is all or nothing, as one that takes one.
@Suite struct CommitPartsTests {
  private static func limits(rows: Int) -> CommitLimits {
    var limits = CommitLimits()
    limits.rows = rows
    return limits
  }

  private static let row = BridgeRow(revision: 7, aliveAt: 1_700_000_000_000)

  /// Three clients, each in a room of its own: nine rows and three recounts.
  private struct Begun {
    var shelf: Shelf
    let database: Database
    var unsaved: Unsaved

    init(rows: Int) throws {
      shelf = try Shelf()
      database = try Database(
        path: shelf.path, durability: .process, owner: 1, limits: limits(rows: rows))
      try database.keepHistory(HistoryRules())
      for client in ["a", "b", "c"] { shelf.join(client, "room-of-\(client)") }
      unsaved = shelf.engine.takeUnsaved()
    }

    mutating func commit() throws(StoreError) -> Bool {
      unsaved.append(shelf.engine.takeUnsaved())
      return try database.commit(&unsaved, of: shelf.engine, bridge: row)
    }

    /// What another process sees.
    var rowsOnFile: [Int] {
      get throws {
        try ["client", "membership", "room", "history"].map {
          try integer(shelf.path, "SELECT count(*) FROM \($0)")
        }
      }
    }
  }

  @Test(arguments: [(1, 12), (4, 3), (11, 2), (12, 1), (13, 1)])
  func `a call writes so many rows, and nobody sees them before the last`(rows: Int, calls: Int)
    throws
  {
    var begun = try Begun(rows: rows)
    for _ in 1..<calls {
      #expect(try !begun.commit())
      #expect(try begun.rowsOnFile == [0, 0, 0, 0])
    }
    #expect(try begun.commit())
    #expect(try begun.rowsOnFile == [3, 3, 3, 3])
  }

  @Test(arguments: 1...13) func `what changes between two calls is in the same commit`(rows: Int)
    throws
  {
    var begun = try Begun(rows: rows)
    _ = try begun.commit()
    begun.shelf.leave("a", "room-of-a")
    begun.shelf.join("b", "room-of-a")
    begun.shelf.join("d", "room-of-a")
    while try !begun.commit() {}
    #expect(try begun.database.lastCountInHistory(of: Array("room-of-a".utf8)) == 2)
    #expect(
      StoreTests.rows(of: begun.shelf.engine) == StoreTests.rows(of: try begun.shelf.loaded()))
  }

  @Test func `a call that fails undoes the calls before it, and filters wait for the next`() throws
  {
    var begun = try Begun(rows: 4)
    try begun.database.keep(filters: ["before/#"])
    try sqlite(
      begun.shelf.path,
      "CREATE TRIGGER no BEFORE INSERT ON membership BEGIN SELECT RAISE(ABORT, 'no'); END")
    #expect(try !begun.commit())
    try begun.database.keep(filters: ["with/#"])
    #expect(throws: StoreError.self) { while try !begun.commit() {} }
    #expect(try begun.rowsOnFile == [0, 0, 0, 0])
    #expect(
      try integer(begun.shelf.path, "SELECT name = CAST('before/#' AS BLOB) FROM filter") == 1)
    try sqlite(begun.shelf.path, "DROP TRIGGER no")
    try rewrite(begun.database, begun.shelf.engine, Self.row)
    #expect(try integer(begun.shelf.path, "SELECT name = CAST('with/#' AS BLOB) FROM filter") == 1)
    #expect(
      StoreTests.rows(of: begun.shelf.engine) == StoreTests.rows(of: try begun.shelf.loaded()))
  }

  @Test(arguments: 1...16) func `a rewrite in parts takes in what changes meanwhile`(rows: Int)
    throws
  {
    var begun = try Begun(rows: rows)
    var isDone = try begun.database.rewrite(
      &begun.unsaved, of: begun.shelf.engine, bridge: Self.row)
    #expect(try isDone || begun.rowsOnFile == [0, 0, 0, 0])
    begun.shelf.leave("a", "room-of-a")
    begun.shelf.join("b", "room-of-a")
    begun.shelf.join("d", "room-of-a")
    while !isDone || begun.shelf.engine.hasUnsaved { isDone = try begun.commit() }
    #expect(try begun.database.lastCountInHistory(of: Array("room-of-a".utf8)) == 2)
    #expect(
      StoreTests.rows(of: begun.shelf.engine) == StoreTests.rows(of: try begun.shelf.loaded()))
  }

  @Test func `a rewrite gives up a commit that is under way`() throws {
    var begun = try Begun(rows: 4)
    #expect(try !begun.commit())
    begun.shelf.leave("a", "room-of-a")
    _ = begun.shelf.engine.takeUnsaved()
    try rewrite(begun.database, begun.shelf.engine, Self.row)
    #expect(
      StoreTests.rows(of: begun.shelf.engine) == StoreTests.rows(of: try begun.shelf.loaded()))
    #expect(try begun.database.lastCountInHistory(of: Array("room-of-a".utf8)) ?? 0 == 0)
  }

  @Test func `filters that are kept meanwhile are a part of the commit`() throws {
    var begun = try Begun(rows: 4)
    #expect(try !begun.commit())
    try begun.database.keep(filters: ["with/#"])
    #expect(try integer(begun.shelf.path, "SELECT count(*) FROM filter") == 0)
    while try !begun.commit() {}
    #expect(try integer(begun.shelf.path, "SELECT count(*) FROM filter") == 1)
  }
}
