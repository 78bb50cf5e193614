import Bridge
import Foundation
import Presence

@testable import Store

/// The committed rows. In most histories they are kept in memory, as a transaction leaves them; in some by
/// the real database on a file. Either may refuse for a while, as a full disk does.
final class SimulatedDisk {
  struct Rows {
    var clients: [Int32: SavedClient] = [:]
    var memberships: [Int32: MembershipRow] = [:]
    var rooms: [Int32: SavedRoom] = [:]
    var bridge = BridgeRow(revision: 0, aliveAt: 0)
    var filters: [String] = []

    mutating func apply(_ unsaved: Unsaved, of engine: borrowing Engine, bridge: BridgeRow) {
      for id in unsaved.rooms { rooms[id] = engine.withRoomRow(id) { $0.map { SavedRoom($0) } } }
      for id in unsaved.clients {
        clients[id] = engine.withClientRow(id) { $0.map { SavedClient($0) } }
      }
      for id in unsaved.memberships { memberships[id] = engine.membershipRow(id) }
      self.bridge = bridge
      self.bridge.aliveAt = bridge.writtenAliveAt
    }
  }

  struct SavedClient {
    var row: ClientRow
    var user: [UInt8]?
    var name: [UInt8]

    init(_ row: ClientRow) {
      self.row = row
      user = row.user.map { Array($0) }
      name = Array(row.name)
      self.row.user = nil
      self.row.name = UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }

  struct SavedRoom {
    var name: [UInt8]
    var revision: Int64
    var emptiedAt: Int64?

    init(_ row: RoomRow) {
      name = Array(row.name)
      revision = row.revision
      emptiedAt = row.emptiedAt
    }
  }

  private unowned let world: World
  var rows = Rows()
  var isFull = false
  /// Another process holds the write lock.
  var isLocked = false
  /// The files that were open are gone, and the bridge has not made them anew.
  private(set) var isLost = false
  /// How often they have gone.
  private(set) var losses = 0
  private var copy = Rows()
  /// What the disk had before each commit that it may yet forget.
  private var unsynced: [Rows] = []
  /// What the bridge acknowledged since is in memory alone.
  var isBehind = false
  private var directory: String?
  private var files = 0

  init(_ world: World) { self.world = world }

  deinit { if let directory { try? FileManager.default.removeItem(atPath: directory) } }

  /// The file of the real database, in histories that have one.
  func databasePath() throws -> String? {
    guard world.plan.usesDatabase else { return nil }
    if directory == nil {
      let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
      let path = "\(base)/rollcall-simulation-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      directory = path
    }
    return directory.map { "\($0)/\(files).db" }
  }

  func keepCopy() { copy = rows }

  /// Somebody deletes the files under the bridge, or puts an older copy in their place.
  func loseFiles(keepsCopy: Bool = false) {
    guard world.host.loop != nil else { return }
    world.note("the database's files are \(keepsCopy ? "replaced" : "deleted")")
    (isLost, isBehind) = (true, true)
    losses += 1
    unsynced = []
    let filters = rows.filters
    rows = keepsCopy && directory == nil ? copy : Rows()
    rows.filters = filters
    world.judge.lostFiles()
    guard let path = try? databasePath() else { return }
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
    }
  }

  /// A commit is done.
  ///
  /// - Parameter isAnew: it wrote everything, into files that are there.
  func keep(_ new: Rows, isAnew: Bool) {
    if isAnew { isLost = false }
    guard !isLost else { return }
    if world.adversity.syncsLate || world.canary == .dropsSynced { unsynced.append(rows) }
    if unsynced.count > 12 { unsynced.removeFirst() }
    rows = new
    isBehind = false
  }

  /// - Returns: whether something is gone that was said to be there.
  func losePower(_ random: inout SplitMix64) -> Bool {
    defer { unsynced = [] }
    guard directory == nil, !unsynced.isEmpty, random.chance(0.8) else { return false }
    rows = random.pick(unsynced)
    return world.canary != .dropsSynced
  }

  /// The process is gone; the next one opens what stands under the path.
  func closed() {
    if isLost { rows.filters = [] }
    if isLost, directory != nil { rows = Rows() }
    isLost = false
  }

  func lose() {
    rows = Rows()
    unsynced = []
    files += 1
    isBehind = false
  }

  /// What is kept of a room: its revision, and its members as `user/client`.
  func kept(_ room: String) -> (revision: Int64, members: Set<String>) {
    let name = Array(room.utf8)
    guard let (id, row) = rows.rooms.first(where: { $0.value.name == name }) else { return (0, []) }
    var members: Set<String> = []
    for tie in rows.memberships.values where tie.room == id && tie.state == 1 {
      guard let client = rows.clients[tie.client] else { continue }
      let user = client.user.map { JSON.escaped($0) } ?? ""
      members.insert("\(user)/\(JSON.escaped(client.name))")
    }
    return (row.revision, members)
  }

  /// Fills an engine as `Database.load` does, in the order of the numbers.
  func load(into engine: inout Engine, at now: Now) throws {
    let then = rows.bridge.time(of: now)
    for (id, room) in rows.rooms.sorted(by: { $0.key < $1.key }) {
      try room.name.withUnsafeBytes {
        let row = RoomRow(
          id: id, name: $0, revision: room.revision, emptiedAt: room.emptiedAt)
        try engine.restore(row, at: then)
      }
    }
    for (_, client) in rows.clients.sorted(by: { $0.key < $1.key }) {
      try restore(client, into: &engine, at: then)
    }
    for (_, row) in rows.memberships.sorted(by: { $0.key < $1.key }) { try engine.restore(row) }
    engine.finishRestoring(at: now)
  }

  private func restore(_ client: SavedClient, into engine: inout Engine, at now: Now) throws {
    try client.name.withUnsafeBytes { name in
      var row = client.row
      row.name = name
      guard let user = client.user else { return try engine.restore(row, at: now) }
      try user.withUnsafeBytes {
        row.user = $0
        try engine.restore(row, at: now)
      }
    }
  }
}
