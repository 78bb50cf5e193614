import Foundation
import Glibc
import Presence
import TestSupport
import Testing

@testable import Store

/// Whatever stands in the file, the code that loads it and lives with it ends with an engine or with a refusal, soon and
/// without growing. `ROLLCALL_FLIPS=10000 swift test --filter DamagedValueTests` flips more bits than a usual run does.
@Suite struct DamagedValueTests {
  private static let flips =
    ProcessInfo.processInfo.environment["ROLLCALL_FLIPS"].flatMap { Int($0) } ?? 600
  /// Of this thread's own time on a processor: other tests run at the same time.
  private static let limit = Duration.seconds(1)

  /// A database with two days of history, and some who are away.
  private static func lived() throws -> Shelf {
    var past = try Past()
    let dawn = Double(Past.dawn)
    for hour in 0..<40 {
      try past.fill("lab", hour % 5, at: dawn + Double(hour) * 3_600)
      try past.fill("hall", hour % 3 + 1, at: dawn + Double(hour) * 3_600 + 7)
    }
    past.set(dawn + 41 * 3_600)
    try past.commit(unknownSince: Past.dawn + 39 * 3_600 + 1_800)
    past.settle(at: dawn + 41 * 3_600)
    try past.thinAll()
    past.set(dawn + 41 * 3_600 + 60)
    for client in 0..<30 { past.shelf.join("client-\(client)", "room-\(client % 4)", user: "ann") }
    past.shelf.announce()
    try past.commit()
    try past.database.keep(filters: ["presence/#"])
    return past.shelf
  }

  /// What a bridge does with its database in its first minutes.
  private func live(with shelf: Shelf) throws(StoreError) {
    var shelf = shelf
    let database = try shelf.open(owner: 5)
    var engine = Engine(rules: Shelf.rules)
    _ = try database.bridgeRow()
    try database.load(into: &engine, at: shelf.now)
    try database.keepHistory(HistoryRules())
    engine.connected(at: shelf.now)
    engine.settled(brokerRestarted: false, at: shelf.now)
    shelf.engine = engine
    _ = database.filters
    for room in ["lab", "hall", "room-1"] {
      guard
        let scan = try database.history(
          of: Array(room.utf8), since: 5 * 86_400, step: 3_600, at: shelf.now.wall)
      else { continue }
      while try !scan.advance() {}
    }
    for round in 0..<4 {
      shelf.now.wall += 300_000
      shelf.join("newcomer-\(round)", "lab")
      try shelf.commit(to: database, revision: 1 << 40)
      for _ in 0..<20 where try !database.thinHistory(at: shelf.now.wall) { break }
    }
    _ = engine.tick(budget: 1_000, at: shelf.now)
  }

  private func expectSoon(_ what: String, _ shelf: Shelf) {
    let began = Self.processorTime
    do throws(StoreError) { try live(with: shelf) } catch {}
    let took = Self.processorTime - began
    #expect(took < Self.limit, "\(what) took \(took)")
  }

  private static var processorTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  private static var megabytes: Int {
    let words = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(
      separator: " ")
    return (words.flatMap { Int($0[1]) } ?? 0) * 4_096 >> 20
  }

  @Test func `flipped bits`() throws {
    let shelf = try Self.lived()
    try sqlite(shelf.path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    let sound = shelf.bytes
    let before = Self.megabytes
    var random = Generator(state: 11)
    for flip in 0..<Self.flips {
      var bytes = sound
      let place = Int.random(in: 100..<bytes.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      for suffix in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: shelf.path + suffix)
      }
      try bytes.write(to: URL(fileURLWithPath: shelf.path))
      expectSoon("flip \(flip) at \(place)", shelf)
    }
    #expect(Self.megabytes - before < 500)
  }

  static let columns = [
    "bridge": ["owner", "revision", "alive_at", "dropped"],
    "room": ["id", "name", "revision", "emptied_at"],
    "client": [
      "id", "user", "name", "state", "mark", "timeout", "epoch", "death_hash", "birth_hash",
      "unconfirmed", "data", "asleep", "gateway", "gated", "returns_alone", "said_death",
    ],
    "membership": ["id", "client", "room", "state", "since", "data"],
    "history_state": ["since", "row_count"],
    "history_room": ["id", "name", "base"],
    "history": ["key", "low", "high", "mean", "last"],
    "history_gap": ["since", "until"],
    "filter": ["name"],
  ]

  static let extremes = [
    "-9223372036854775808", "9223372036854775807", "-1", "0", "1099511627776", "2147483648",
    "-2147483649", "4294967296", "1e18", "-1e18", "9e999", "-9e999", "199999999", "999999999",
    "x''", "x'00'", "x'ff2f23'",
    "'text'", "zeroblob(300)", "1099511627775 << 20",
  ]

  @Test(arguments: columns.keys.sorted()) func `extremes of every column`(table: String) throws {
    let sound = try Self.lived()
    try sqlite(sound.path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    let bytes = sound.bytes
    let before = Self.megabytes
    for column in Self.columns[table] ?? [] {
      for value in Self.extremes {
        for which in ["min", "max"] {
          let place = "rowid = (SELECT \(which)(rowid) FROM \(table))"
          for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: sound.path + suffix)
          }
          try bytes.write(to: URL(fileURLWithPath: sound.path))
          let clause = table == "filter" ? "" : " WHERE \(place)"
          guard
            (try? sqlite(
              sound.path,
              "PRAGMA ignore_check_constraints = 1; UPDATE \(table) SET \(column) = \(value)\(clause)"
            )) != nil
          else { continue }
          expectSoon("\(table).\(column) = \(value)", sound)
        }
      }
    }
    #expect(Self.megabytes - before < 500)
  }

  @Test(arguments: [
    "INSERT INTO history_gap VALUES (-9223372036854775808, 9223372036854775807)",
    "UPDATE history SET mean = 1e308, last = 9223372036854775807, low = -9223372036854775808",
    "UPDATE history SET key = key + (1 << 60)", "UPDATE history SET key = -key",
    "UPDATE history_room SET id = id + (1 << 40)",
    "UPDATE history_room SET base = -9223372036854775808",
    "DELETE FROM history_state", "DELETE FROM history_room",
    "UPDATE history_state SET row_count = 9223372036854775807, since = 9223372036854775807",
    "UPDATE history_room SET id = 268435455 WHERE id = 1",
    "UPDATE membership SET since = 9223372036854775807; UPDATE client SET mark = 1 << 53",
  ])
  func `tables that make no sense`(sql: String) throws {
    let shelf = try Self.lived()
    try sqlite(shelf.path, sql)
    expectSoon(sql, shelf)
  }
}
