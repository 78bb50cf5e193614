import Presence
import TestSupport
import Testing

@testable import Store

/// A row with a large number, or many rows that have gone, make the engine no larger than what is there.
@Suite struct RenumberingTests {
  private static let far = 7_000_000

  private func filled() throws -> Shelf {
    var shelf = try Shelf()
    let database = try shelf.open()
    for client in 0..<40 { shelf.join("client-\(client)", "room-\(client % 3)", user: "ann") }
    try shelf.commit(to: database)
    return shelf
  }

  /// Who is where, in names.
  private func presences(_ engine: Engine) -> Set<String> {
    var all: Set<String> = []
    for row in engine.everything.memberships.compactMap({ engine.membershipRow($0) }) {
      let client = engine.withClientRow(row.client) { $0.map { Array($0.name) } ?? [] }
      let room = engine.withRoomRow(row.room) { $0.map { Array($0.name) } ?? [] }
      all.insert(String(decoding: client + [0x20] + room, as: UTF8.self))
    }
    return all
  }

  @Test(arguments: [
    "UPDATE client SET id = \(far) WHERE id = 5; UPDATE membership SET client = \(far) WHERE client = 5",
    "UPDATE room SET id = \(far) WHERE id = 1; UPDATE membership SET room = \(far) WHERE room = 1",
    "UPDATE membership SET id = \(far) WHERE id = 3",
    "UPDATE client SET id = id + \(far); UPDATE membership SET client = client + \(far)",
  ])
  func `gaps are closed, and who is where stays`(sql: String) throws {
    let shelf = try filled()
    try sqlite(shelf.path, sql)
    let engine = try shelf.loaded()
    #expect(presences(engine) == presences(shelf.engine))
    try engine.checkInvariants()
    for table in ["client", "room", "membership"] {
      #expect(try integer(shelf.path, "SELECT max(id) FROM \(table)") < 100)
    }
  }

  @Test func `a gateway stays the gateway`() throws {
    let shelf = try filled()
    try sqlite(
      shelf.path,
      """
      UPDATE client SET gateway = 5 WHERE id = 9; UPDATE client SET gateway = 1234 WHERE id = 10;
      UPDATE client SET id = \(Self.far) WHERE id = 4;
      UPDATE membership SET client = \(Self.far) WHERE client = 4
      """)
    _ = try shelf.loaded()
    let carriers = """
      SELECT count(*) FROM client AS carried JOIN client AS carrier ON carried.gateway = carrier.id
      WHERE carried.name = CAST('client-9' AS BLOB) AND carrier.name = CAST('client-5' AS BLOB)
      """
    #expect(try integer(shelf.path, carriers) == 1)
    #expect(try integer(shelf.path, "SELECT count(*) FROM client WHERE gateway >= 0") == 1)
  }

  @Test func `a membership of nobody is damage all the same`() throws {
    let shelf = try filled()
    try sqlite(shelf.path, "UPDATE client SET id = \(Self.far) WHERE id = 5")
    guard case .damaged = shelf.refusal() else {
      Issue.record("loaded")
      return
    }
  }

  @Test func `numbers without large gaps stay as they are`() throws {
    let shelf = try filled()
    try sqlite(shelf.path, "UPDATE membership SET id = 90000 WHERE id = 3")
    _ = try shelf.loaded()
    #expect(try integer(shelf.path, "SELECT max(id) FROM membership") == 90_000)
  }
}
