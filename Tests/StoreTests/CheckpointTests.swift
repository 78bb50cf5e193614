import CSQLite
import Foundation
import Presence
import Store
import Testing

/// The log is moved into the database's file by a thread of its own.
@Suite struct CheckpointTests {
  private struct Busy {
    var shelf: Shelf
    let database: Database
    private var clients = 0
    /// Calls that were to be made again.
    private(set) var waits = 0

    init(step: Int = 1_000_000, log: Int = 1_000_000) throws {
      shelf = try Shelf()
      var limits = CommitLimits()
      (limits.step, limits.log) = (step, log)
      database = try Database(
        path: shelf.path, durability: .process, owner: 1, limits: limits)
    }

    /// Each commit adds a few pages to the log.
    mutating func commit(times: Int) throws {
      for _ in 0..<times {
        clients += 1
        shelf.join("client-\(clients)", "lab")
        var unsaved = shelf.engine.takeUnsaved()
        let row = BridgeRow(revision: 7, aliveAt: shelf.now.wall)
        while try !database.commit(&unsaved, of: shelf.engine, bridge: row) { waits += 1 }
      }
    }

    /// Of the log's file, which is not made shorter when the log begins anew.
    var logPages: Int {
      let attributes = try? FileManager.default.attributesOfItem(atPath: shelf.path + "-wal")
      return (attributes?[.size] as? Int ?? 0) / 4_096
    }

    /// What the file holds without its log.
    func membersInFile() throws -> Int {
      let copy = shelf.directory.file("copy.db")
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: shelf.path, toPath: copy)
      defer { try? FileManager.default.removeItem(atPath: copy) }
      return (try? integer(copy, "SELECT count(*) FROM membership")) ?? 0
    }
  }

  @Test func `after so many pages the log is in the file`() throws {
    var busy = try Busy(step: 20)
    try busy.commit(times: 50)
    let deadline = Date(timeIntervalSinceNow: 60)
    while try busy.membersInFile() == 0, Date() < deadline { sched_yield() }
    #expect(try busy.membersInFile() > 0)
    #expect(busy.waits == 0)
  }

  @Test func `before that nothing is moved`() throws {
    var busy = try Busy()
    try busy.commit(times: 50)
    #expect(try busy.membersInFile() == 0)
    #expect(try integer(busy.shelf.path, "SELECT count(*) FROM membership") == 50)
  }

  @Test func `at its limit commits wait until the log can begin anew`() throws {
    var busy = try Busy(log: 60)
    try busy.commit(times: 500)
    #expect(busy.waits > 0)
    #expect((60..<120).contains(busy.logPages))
    #expect(rows(of: busy.shelf.engine) == rows(of: try busy.shelf.loaded()))
  }

  @Test func `who reads an old state is not waited for, and keeps the log only for as long`() throws
  {
    var busy = try Busy(log: 60)
    try busy.commit(times: 5)
    var reader: OpaquePointer?
    #expect(sqlite3_open(busy.shelf.path, &reader) == SQLITE_OK)
    sqlite3_exec(reader, "BEGIN; SELECT * FROM membership", nil, nil, nil)
    try busy.commit(times: 200)
    let grown = busy.logPages
    #expect(grown > 200)
    sqlite3_close_v2(reader)
    try busy.commit(times: 500)
    #expect(busy.logPages < grown + 120)
    #expect(rows(of: busy.shelf.engine) == rows(of: try busy.shelf.loaded()))
  }
}
