import Foundation
import Presence
import Store
import Testing

/// What was committed is what is loaded.
@Suite struct CommitTests {
  @Test func `a new file holds nothing, and opens again`() throws {
    let shelf = try Shelf()
    for _ in 0..<2 {
      let database = try shelf.open()
      #expect(try database.bridgeRow() == BridgeRow(revision: 0, aliveAt: 0))
      #expect(database.filters == [])
    }
    #expect(try shelf.loaded().knownClients == 0)
  }

  @Test(arguments: [Durability.process, .power])
  func `a commit outlives the connection that made it`(durability: Durability) throws {
    var shelf = try Shelf()
    do {
      let database = try shelf.open(durability: durability)
      shelf.join("a", "lab", user: "ann")
      shelf.status("b", .online(Birth(rooms: [[104, 105]], epoch: 3, timeout: .seconds(5))))
      try shelf.commit(to: database, revision: 77)
      #expect(try database.bridgeRow() == BridgeRow(revision: 77, aliveAt: shelf.now.wall))
    }
    #expect(rows(of: try shelf.loaded()) == rows(of: shelf.engine))
    let row = try shelf.open().bridgeRow()
    #expect(row.revision == 77)
  }

  @Test func `a database in memory works like a file`() throws {
    var shelf = try Shelf()
    let database = try Database(path: ":memory:", durability: .process, owner: 4)
    shelf.join("a", "lab")
    try shelf.commit(to: database)
    var engine = Engine(rules: Rules())
    try database.load(into: &engine, at: shelf.now)
    #expect(rows(of: engine) == rows(of: shelf.engine))
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `whatever happens, what is loaded is what was committed`(seed: UInt64) throws {
    var random = Generator(state: seed)
    var shelf = try Shelf()
    var database: Database? = try shelf.open()
    for step in 0..<120 {
      let client = "c\(Int.random(in: 0..<8, using: &random))"
      let user = Bool.random(using: &random) ? "ann" : nil
      let room = "r\(Int.random(in: 0..<5, using: &random))"
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1: shelf.join(client, room, user: user)
      case 2: shelf.leave(client, room, user: user)
      case 3: shelf.status(client, .forget, user: user)
      case 4: shelf.status(client, .offline(Death()), user: user)
      default:
        shelf.now.instant = shelf.now.instant + .seconds(20)
        shelf.now.wall += 20_000
        shelf.engine.fenceReturned(publishedAt: shelf.now.instant)
        while shelf.engine.tick(budget: 100, at: shelf.now) {}
      }
      if step % 5 == 0 { shelf.announce() }
      if let database, step % 3 == 0 { try shelf.commit(to: database) }
      if let open = database, step % 20 == 0 {
        try shelf.commit(to: open)
        database = nil
        let lost = Set(rows(of: try shelf.loaded())).symmetricDifference(rows(of: shelf.engine))
        #expect(lost == [], "seed \(seed)")
        database = try shelf.open()
      }
    }
  }

  @Test func `rows of numbers that were freed are deleted`() throws {
    var shelf = try Shelf()
    let database = try shelf.open()
    shelf.join("a", "lab")
    shelf.announce()
    try shelf.commit(to: database)
    shelf.status("a", .forget)
    shelf.announce()
    shelf.now.instant = shelf.now.instant + .seconds(3_600)
    shelf.now.wall += 3_600_000
    _ = shelf.engine.tick(budget: 10, at: shelf.now)
    shelf.announce()
    try shelf.commit(to: database)
    #expect(rows(of: try shelf.loaded()) == [])
  }

  @Test func `a rewrite replaces everything`() throws {
    var shelf = try Shelf()
    let database = try shelf.open()
    shelf.join("a", "lab")
    try shelf.commit(to: database)
    var other = try Shelf()
    other.join("b", "hall")
    other.join("c", "roof")
    try rewrite(database, other.engine, BridgeRow(revision: 9, aliveAt: 8))
    #expect(rows(of: try shelf.loaded()) == rows(of: other.engine))
    #expect(try shelf.open().bridgeRow() == BridgeRow(revision: 9, aliveAt: 8))
  }

  @Test(arguments: [false, true])
  func `a file that was deleted or replaced takes no commits`(isReplaced: Bool) throws {
    var shelf = try Shelf()
    let database = try shelf.open()
    shelf.join("a", "lab")
    try shelf.commit(to: database)
    try FileManager.default.moveItem(atPath: shelf.path, toPath: shelf.path + ".old")
    if isReplaced { _ = FileManager.default.createFile(atPath: shelf.path, contents: Data()) }
    shelf.join("b", "lab")
    #expect(throws: StoreError.self) { try shelf.commit(to: database) }
    if isReplaced { try FileManager.default.removeItem(atPath: shelf.path) }
    try FileManager.default.moveItem(atPath: shelf.path + ".old", toPath: shelf.path)
    shelf.join("c", "lab")
    try rewrite(database, shelf.engine, BridgeRow(revision: 9, aliveAt: 8))
    #expect(rows(of: try shelf.loaded()) == rows(of: shelf.engine))
  }

  @Test func `filters are kept in place of those before`() throws {
    let shelf = try Shelf()
    let database = try shelf.open()
    try database.keep(filters: ["presence/+/status", "é/#", "é/#"])
    try database.keep(filters: ["a/#", "b/+"])
    #expect(try shelf.open().filters.sorted() == ["a/#", "b/+"])
  }

  @Test func `who opens the file takes it over, and the former owner changes nothing any more`()
    throws
  {
    var shelf = try Shelf()
    let first = try shelf.open(owner: 1)
    shelf.join("a", "lab")
    try shelf.commit(to: first)
    let before = rows(of: shelf.engine)
    let second = try shelf.open(owner: 2)
    shelf.join("b", "lab")
    #expect(throws: StoreError.takenOver(path: shelf.path)) { try shelf.commit(to: first) }
    #expect(throws: StoreError.takenOver(path: shelf.path)) {
      try rewrite(first, shelf.engine, BridgeRow(revision: 1, aliveAt: 1))
    }
    var engine = Engine(rules: Rules())
    try second.load(into: &engine, at: shelf.now)
    #expect(rows(of: engine) == before)
    #expect(try second.bridgeRow().revision == 7)
    try rewrite(second, shelf.engine, BridgeRow(revision: 8, aliveAt: 1))
    #expect(try second.bridgeRow().revision == 8)
  }
}

/// A small generator of which a seed gives the same numbers everywhere.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    let mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    return mixed ^ (mixed >> 27)
  }
}
