import Foundation
import Presence
import TestSupport
import Testing

@testable import Store

/// One of the files is deleted, replaced or cut while the database is open: the commit says so, and writing everything
/// makes it good.
@Suite struct LostFileTests {
  private struct Open {
    var shelf: Shelf
    let database: Database

    init(history: Bool = true) throws {
      shelf = try Shelf()
      database = try shelf.open()
      if history { try database.keepHistory(HistoryRules()) }
      try database.keep(filters: ["a/#"])
      for client in 0..<50 { shelf.join("client-\(client)", "lab") }
      try shelf.commit(to: database)
    }

    var log: String { shelf.path + "-wal" }

    /// What a commit says of the files.
    mutating func fault(_ client: String = "later") -> String? {
      shelf.join(client, "lab")
      do throws(StoreError) { try shelf.commit(to: database) } catch {
        if case .lost(let path, let reason) = error {
          return "\(URL(fileURLWithPath: path).lastPathComponent) \(reason)"
        }
        return "\(error)"
      }
      return nil
    }

    func writeEverything() throws {
      try rewrite(database, shelf.engine, BridgeRow(revision: 9, aliveAt: shelf.now.wall))
    }

    /// What another process would read.
    func expectAllThere(history: Int64 = 51) throws {
      #expect(try integer(shelf.path, "SELECT count(*) FROM membership") == history)
      #expect(try integer(shelf.path, "SELECT count(*) FROM filter") == 1)
      #expect(try database.lastCountInHistory(of: Array("lab".utf8)) == history)
      let copy = shelf.directory.file("copy.db")
      for suffix in ["", "-wal"] {
        try? FileManager.default.removeItem(atPath: copy + suffix)
        try FileManager.default.copyItem(atPath: shelf.path + suffix, toPath: copy + suffix)
      }
      #expect(try integer(copy, "SELECT count(*) FROM membership") == history)
    }
  }

  @Test(arguments: ["", "-wal", "-shm"]) func `a file that is deleted`(suffix: String) throws {
    var open = try Open()
    try FileManager.default.removeItem(atPath: open.shelf.path + suffix)
    #expect(open.fault() == "rollcall.db\(suffix) has been deleted or moved away")
    try open.writeEverything()
    try open.expectAllThere()
    #expect(open.fault("one-more") == nil)
    try open.expectAllThere(history: 52)
  }

  @Test(arguments: [0, 4_096, 30_000]) func `a log that is cut`(length: Int) throws {
    var open = try Open()
    #expect(truncate(open.log, off_t(length)) == 0)
    #expect(open.fault() == "rollcall.db-wal has been cut short")
    try open.writeEverything()
    try open.expectAllThere()
    #expect(open.fault("one-more") == nil)
  }

  @Test func `a log that is replaced by a copy of itself`() throws {
    var open = try Open()
    let copy = open.shelf.directory.file("log")
    try FileManager.default.copyItem(atPath: open.log, toPath: copy)
    #expect(rename(copy, open.log) == 0)
    #expect(open.fault() == "rollcall.db-wal has been replaced by another file")
    try open.writeEverything()
    try open.expectAllThere()
  }

  @Test func `an older copy that takes the file's place is brought up to date`() throws {
    var open = try Open()
    let copy = open.shelf.directory.file("older.db")
    try sqlite(open.shelf.path, "VACUUM INTO '\(copy)'")
    #expect(open.fault("meanwhile") == nil)
    #expect(rename(copy, open.shelf.path) == 0)
    #expect(open.fault() == "rollcall.db has been replaced by another file")
    try open.writeEverything()
    try open.expectAllThere(history: 52)
  }

  @Test func `what is no database of ours keeps its place`() throws {
    var open = try Open()
    try open.shelf.directory.write("a letter", to: "letter")
    #expect(rename(open.shelf.directory.file("letter"), open.shelf.path) == 0)
    #expect(open.fault() != nil)
    for _ in 0..<2 {
      #expect(throws: StoreError.notADatabase(path: open.shelf.path)) { try open.writeEverything() }
    }
    #expect(open.shelf.bytes == Data("a letter".utf8))
    try FileManager.default.removeItem(atPath: open.shelf.path)
    try open.writeEverything()
    try open.expectAllThere()
  }

  @Test func `a damaged file that takes its place is set aside`() throws {
    var open = try Open()
    let copy = open.shelf.directory.file("older.db")
    try sqlite(open.shelf.path, "VACUUM INTO '\(copy)'")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
    for place in 4_096..<bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 37) }
    try bytes.write(to: URL(fileURLWithPath: copy))
    #expect(rename(copy, open.shelf.path) == 0)
    #expect(open.fault() != nil)
    try open.writeEverything()
    try open.expectAllThere()
    let condition = open.database.inspect()
    #expect(condition.setAside?.contains(".corrupt-") ?? false)
    #expect(FileManager.default.contents(atPath: condition.setAside ?? "")?.count == bytes.count)
    #expect(open.database.inspect().setAside == nil)
  }

  @Test func `a log that another program has moved into the file is not missed`() throws {
    var open = try Open()
    try sqlite(open.shelf.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    if open.fault() != nil { try open.writeEverything() }
    try open.expectAllThere()
  }

  @Test func `a way to the file that is barred for a while bars no commit`() throws {
    var open = try Open()
    chmod(open.shelf.directory.path, 0)
    try asNobody { #expect(open.fault() == nil) }
    chmod(open.shelf.directory.path, 0o755)
    #expect(open.fault("later-still") == nil)
    try open.expectAllThere(history: 52)
  }
}
