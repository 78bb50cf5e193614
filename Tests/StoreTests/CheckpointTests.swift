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
        try commitOnce()
      }
    }

    private mutating func commitOnce() throws {
      var unsaved = shelf.engine.takeUnsaved()
      let row = BridgeRow(revision: 7, aliveAt: shelf.now.wall)
      while try !database.commit(&unsaved, of: shelf.engine, bridge: row) { waits += 1 }
    }

    /// Many rows in one commit.
    mutating func commitAtOnce(clients: Int) throws {
      for client in 0..<clients { shelf.join("one-of-\(client)", "lab") }
      try commitOnce()
    }

    /// How many logs there were before this one (sqlite.org/fileformat2.html#walformat).
    var logNumber: Int {
      guard let file = FileManager.default.contents(atPath: shelf.path + "-wal"), file.count >= 16
      else { return 0 }
      return file[12..<16].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Of the log's file, which is made shorter when the log begins anew only beyond its limit.
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
  }

  /// The commit that begins a log waits for the disk.
  @Test func `a log that is in the file is begun anew, and not by the next commit`() throws {
    var busy = try Busy(step: 20)
    let before = busy.logNumber
    try busy.commitAtOnce(clients: 2_000)
    let deadline = Date(timeIntervalSinceNow: 60)
    while busy.logNumber == before, Date() < deadline { sched_yield() }
    #expect(busy.logNumber > before)
    #expect(try busy.membersInFile() == 2_000)
    try busy.commit(times: 1)
    #expect(rows(of: busy.shelf.engine) == rows(of: try busy.shelf.loaded()))
  }

  @Test func `a log that has grown long is shortened when it begins anew`() throws {
    var busy = try Busy(step: 20, log: 30)
    try busy.commitAtOnce(clients: 2_000)
    let deadline = Date(timeIntervalSinceNow: 60)
    while busy.logPages > 31, Date() < deadline { sched_yield() }
    #expect(busy.logPages <= 31)
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
