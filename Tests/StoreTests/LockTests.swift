import CSQLite
import Foundation
import Presence
import TestSupport
import Testing

@testable import Store

/// Another process holds the write lock. SQLite is not waited for.
@Suite struct LockTests {
  private func lock(_ path: String) throws -> ChildProcess {
    let child = try ChildProcess(
      "sqlite3", ["-cmd", "BEGIN IMMEDIATE;", path, ".shell echo locked; sleep 30"])
    guard waitUntil(limit: .seconds(10), { child.output.contains("locked") }) else {
      throw TestFailure("no lock: \(child.errors)")
    }
    return child
  }

  private func error(_ body: () throws(StoreError) -> Void) -> StoreError? {
    do throws(StoreError) {
      try body()
      return nil
    } catch { return error }
  }

  @Test func `a commit says at once that it is locked and by whom, and goes on when it is not`()
    throws
  {
    var shelf = try Shelf()
    let database = try shelf.open()
    let holder = try lock(shelf.path)
    shelf.join("a", "lab")
    var unsaved = shelf.engine.takeUnsaved()
    let row = BridgeRow(revision: 7, aliveAt: shelf.now.wall)
    #expect(try database.integer("PRAGMA busy_timeout") == 0)
    let locked = error { () throws(StoreError) in
      _ = try database.commit(&unsaved, of: shelf.engine, bridge: row)
    }
    #expect(locked == .locked(path: shelf.path, holders: "process \(holder.id) (sqlite3)"))
    #expect(locked?.mayPass == true)
    holder.send(SIGKILL)
    _ = holder.waitForExit()
    while try !database.commit(&unsaved, of: shelf.engine, bridge: row) {}
    #expect(rows(of: try shelf.loaded()) == rows(of: shelf.engine))
  }

  @Test func `so does opening`() throws {
    let shelf = try Shelf()
    _ = try shelf.open()
    let holder = try lock(shelf.path)
    let locked = error { () throws(StoreError) in _ = try shelf.open() }
    #expect(locked == .locked(path: shelf.path, holders: "process \(holder.id) (sqlite3)"))
  }
}
