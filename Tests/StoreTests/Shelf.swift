import CSQLite
import Foundation
import Presence
import Store
import TestSupport

/// A directory with a database in it, and the engine that is kept there.
struct Shelf {
  let directory: TemporaryDirectory
  var engine = Engine(rules: Shelf.rules)
  var now = Now(instant: Instant(nanoseconds: 1_000_000_000_000), wall: 1_700_000_000_000)

  init() throws {
    directory = try TemporaryDirectory()
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
  }

  static var rules: Rules {
    var rules = Rules()
    rules.tellsRecounts = true
    return rules
  }

  var path: String { directory.file("rollcall.db") }

  func open(owner: Int64 = 1, durability: Durability = .process) throws(StoreError) -> Database {
    try Database(path: path, durability: durability, owner: owner)
  }

  /// The bytes of the database's file.
  var bytes: Data { FileManager.default.contents(atPath: path) ?? Data() }

  /// What refuses to open the file, or to load it.
  func refusal() -> StoreError? {
    do throws(StoreError) {
      _ = try loaded()
      return nil
    } catch { return error }
  }

  /// The engine that the file makes.
  func loaded() throws(StoreError) -> Engine {
    let database = try open(owner: 99)
    var engine = Engine(rules: Rules())
    _ = try database.bridgeRow()
    try database.load(into: &engine, at: now)
    return engine
  }

  mutating func join(_ client: String, _ room: String, user: String? = nil) {
    say(client, user) { engine, who, now in
      Array(room.utf8).withUnsafeBytes {
        engine.room(who, $0, .join(data: Array("{\"a\":\"\(client)\"}".utf8)), at: now)
      }
    }
  }

  mutating func leave(_ client: String, _ room: String, user: String? = nil) {
    say(client, user) { engine, who, now in
      Array(room.utf8).withUnsafeBytes { engine.room(who, $0, .leave, at: now) }
    }
  }

  mutating func status(_ client: String, _ status: Status, user: String? = nil) {
    say(client, user) { engine, who, now in
      engine.status(who, status, hash: UInt64.max / 3, at: now)
    }
  }

  private mutating func say(
    _ client: String, _ user: String?, _ body: (inout Engine, Who, Now) -> Void
  ) {
    let now = now
    Array(client.utf8).withUnsafeBytes { client in
      guard let user else { return body(&engine, Who(client: client), now) }
      Array(user.utf8).withUnsafeBytes { body(&engine, Who(user: $0, client: client), now) }
    }
  }

  /// Announces everything, and lets go of what is over.
  mutating func announce() {
    for room in engine.takeTouchedRooms() {
      if !engine.announce(room).isEmpty { _ = engine.revisions(for: room, count: 1) }
    }
    _ = engine.takeClearedRooms()
    engine.reclaim()
  }

  mutating func commit(to database: Database, revision: Int64 = 7) throws(StoreError) {
    var unsaved = engine.takeUnsaved()
    let row = BridgeRow(revision: revision, aliveAt: now.wall)
    while try !database.commit(&unsaved, of: engine, bridge: row) {}
  }
}

/// Writes everything, in as many calls as that takes.
func rewrite(_ database: Database, _ engine: borrowing Engine, _ row: BridgeRow) throws(StoreError)
{
  var unsaved = Unsaved()
  guard try !database.rewrite(&unsaved, of: engine, bridge: row) else { return }
  while try !database.commit(&unsaved, of: engine, bridge: row) {}
}

/// Every row of an engine, in words.
func rows(of engine: Engine) -> [String] {
  var rows: [String] = []
  func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
  // The time of a removal is of meaning only where rooms wait for the client.
  let returning = Set(
    engine.everything.memberships.compactMap { engine.membershipRow($0) }
      .filter { $0.state == 2 }.map(\.client))
  for id in engine.everything.clients {
    engine.withClientRow(id) { row in
      guard let row else { return }
      rows.append(
        "client \(id) \(row.user.map(text) ?? "-") \(text(row.name)) \(row.state) \(returning.contains(id) || row.state == 3 ? row.mark : 0) "
          + "\(row.timeout) \(row.epoch) \(row.deathHash) \(row.birthHash) "
          + "\(row.isUnconfirmed) \(row.saidDeath) \(row.data ?? [])")
    }
  }
  for id in engine.everything.rooms {
    engine.withRoomRow(id) { row in
      guard let row else { return }
      rows.append("room \(id) \(text(row.name)) \(row.revision) \(row.emptiedAt ?? -1)")
    }
  }
  for id in engine.everything.memberships {
    if let row = engine.membershipRow(id) { rows.append("\(row)") }
  }
  return rows
}

/// Runs SQL on a file behind the store's back.
func sqlite(_ path: String, _ sql: String) throws {
  var handle: OpaquePointer?
  defer { sqlite3_close_v2(handle) }
  guard sqlite3_open(path, &handle) == SQLITE_OK,
    sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
  else { throw TestFailure("\(sql): \(String(cString: sqlite3_errmsg(handle)))") }
}

/// The one number that a query answers with, read as another process would.
func integer(_ path: String, _ sql: String) throws -> Int {
  var handle: OpaquePointer?
  var statement: OpaquePointer?
  defer {
    sqlite3_finalize(statement)
    sqlite3_close_v2(handle)
  }
  guard sqlite3_open(path, &handle) == SQLITE_OK,
    sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
    sqlite3_step(statement) == SQLITE_ROW
  else { throw TestFailure("\(sql): \(String(cString: sqlite3_errmsg(handle)))") }
  return Int(sqlite3_column_int64(statement, 0))
}
