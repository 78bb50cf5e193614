import Foundation
import Glibc
import Presence
import Store
import TestSupport
import Testing

/// What is not ours is refused and left as it is; what is ours and damaged is said to be.
@Suite struct RefusalTests {
  /// A shelf with twenty clients in its database.
  private static func filled() throws -> Shelf {
    var shelf = try Shelf()
    let database = try shelf.open()
    for client in 0..<300 { shelf.join("client-\(client)", "room-\(client % 20)", user: "user") }
    try shelf.commit(to: database)
    return shelf
  }

  @Test func `another program's database`() throws {
    let shelf = try Shelf()
    try sqlite(shelf.path, "CREATE TABLE client(id); PRAGMA application_id = 1234")
    let before = shelf.bytes
    #expect(shelf.refusal() == .foreign(path: shelf.path))
    #expect(shelf.bytes == before)
  }

  @Test func `a database that a later version made`() throws {
    let shelf = try Self.filled()
    try sqlite(shelf.path, "PRAGMA user_version = 1000")
    let before = shelf.bytes
    #expect(shelf.refusal() == .newer(path: shelf.path, version: 1000, known: 4))
    #expect(shelf.bytes == before)
  }

  @Test(arguments: ["x", String(repeating: "no database ", count: 500), "SQLite format 3"])
  func `something that is no database`(text: String) throws {
    let shelf = try Shelf()
    try shelf.directory.write(text, to: "rollcall.db")
    #expect(shelf.refusal() == .notADatabase(path: shelf.path))
    #expect(shelf.bytes == Data(text.utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.directory.path).count == 1)
  }

  @Test func `an empty file is a new database`() throws {
    let shelf = try Shelf()
    try shelf.directory.write("", to: "rollcall.db")
    #expect(shelf.refusal() == nil)
  }

  @Test func `a directory that is missing, or in the file's place`() throws {
    let shelf = try Shelf()
    for path in [shelf.directory.file("none/rollcall.db"), shelf.directory.path] {
      var isUnopenable = false
      do throws(StoreError) {
        _ = try Database(path: path, durability: .process, owner: 1)
      } catch { if case .unopenable(path, _) = error { isUnopenable = true } }
      #expect(isUnopenable)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.directory.path) == [])
  }

  @Test(arguments: [0o000, 0o444] as [mode_t])
  func `a file that may not be read, or not be written`(mode: mode_t) throws {
    let shelf = try Self.filled()
    let before = shelf.bytes
    chmod(shelf.path, mode)
    chmod(shelf.directory.path, 0o555)
    var refusal: StoreError?
    try asNobody { refusal = shelf.refusal() }
    chmod(shelf.directory.path, 0o755)
    chmod(shelf.path, 0o644)
    var isUnopenable = false
    if case .unopenable(shelf.path, _) = refusal { isUnopenable = true }
    #expect(isUnopenable, "\(String(describing: refusal))")
    #expect(shelf.bytes == before)
  }

  @Test(arguments: [200, 4_096, 5_000, 9_000])
  func `a file that was cut short is damaged`(length: Int) throws {
    let shelf = try Self.filled()
    #expect(truncate(shelf.path, off_t(length)) == 0)
    #expect(isDamaged(shelf.refusal()))
  }

  @Test(arguments: [1, 3, 4])
  func `a file with a page of noise in its middle is damaged`(page: Int) throws {
    let shelf = try Self.filled()
    var bytes = shelf.bytes
    #expect(bytes.count > (page + 1) * 4_096)
    for index in page * 4_096..<(page + 1) * 4_096 { bytes[index] = UInt8(index * 37 & 0xff) }
    try bytes.write(to: URL(fileURLWithPath: shelf.path))
    #expect(isDamaged(shelf.refusal()))
  }

  /// Damage that SQLite cannot see either changes a value or makes a row that cannot be; never a crash.
  @Test func `no flipped byte ends in anything but an engine or a refusal`() throws {
    let shelf = try Self.filled()
    let sound = shelf.bytes
    var random = Generator(state: 5)
    for _ in 0..<150 {
      var bytes = sound
      for _ in 0..<8 {
        bytes[Int.random(in: 100..<bytes.count, using: &random)] ^= UInt8.random(
          in: 1...255, using: &random)
      }
      try bytes.write(to: URL(fileURLWithPath: shelf.path))
      let refusal = shelf.refusal()
      #expect(refusal == nil || isDamaged(refusal), "\(String(describing: refusal))")
    }
  }

  @Test(arguments: [
    "UPDATE client SET id = 5000000000 WHERE id = 1", "UPDATE client SET state = 257",
    "UPDATE client SET name = x'' WHERE id = 2", "UPDATE room SET id = -1 WHERE id = 3",
    "UPDATE room SET revision = 9223372036854775807", "UPDATE membership SET client = 4294967297",
    "DELETE FROM client WHERE id = 7", "DELETE FROM bridge",
    "UPDATE bridge SET revision = 9223372036854775807", "UPDATE client SET mark = -1",
    "UPDATE room SET name = CAST('a//b' AS BLOB) WHERE id = 3",
    "UPDATE room SET name = CAST('a/#' AS BLOB) WHERE id = 3", "UPDATE room SET name = x'61ff'",
    "UPDATE client SET name = CAST('a/b' AS BLOB) WHERE id = 2",
    "UPDATE client SET user = CAST('+' AS BLOB)", "UPDATE client SET name = x'0a' WHERE id = 2",
    "INSERT INTO membership SELECT id + 1000, client, room, state, since, data FROM membership",
  ])
  func `rows that do not fit the rest are damage`(sql: String) throws {
    let shelf = try Self.filled()
    try sqlite(shelf.path, sql)
    #expect(isDamaged(shelf.refusal()))
  }

  @Test func `what is damaged is set aside with its log, and a new one is begun`() throws {
    let shelf = try Self.filled()
    #expect(truncate(shelf.path, 5_000) == 0)
    try shelf.directory.write("a log", to: "rollcall.db-wal")
    let damaged = shelf.bytes
    let target = try Database.setAside(path: shelf.path, stamp: "20260101T000000")
    #expect(target == shelf.path + ".corrupt-20260101T000000")
    #expect(FileManager.default.contents(atPath: target) == damaged)
    #expect(FileManager.default.contents(atPath: target + "-wal") == Data("a log".utf8))
    #expect(shelf.refusal() == nil)
    #expect(try shelf.loaded().knownClients == 0)
  }

  @Test func `what is not there cannot be set aside`() throws {
    let shelf = try Shelf()
    #expect(throws: StoreError.self) { try Database.setAside(path: shelf.path, stamp: "x") }
  }

  private func isDamaged(_ error: StoreError?) -> Bool {
    if case .damaged = error { return true }
    return false
  }
}
