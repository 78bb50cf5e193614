import CSQLite
import Presence

/// What is kept of the counts of rooms: a row for every second in which a room's count changed, written in the
/// transaction that commits the change.
///
/// A row that is there already takes the change in, so nothing has to be remembered from one commit to the next
/// but the rooms' numbers, and a crash loses nothing. A room's number is its own as long as anything is kept of
/// it, however often the room itself ends.
final class HistoryBook {
  let rules: HistoryRules
  let handle: OpaquePointer
  let shelf: HistoryShelf
  /// How many there are.
  var rows: Int
  private var committedRows: Int
  /// How many rows were thinned, or dropped, before their time.
  var thinnedEarly: UInt64 = 0
  var pass: HistoryPass?
  /// Up to when the newest rows of each step were thinned early.
  var earlyCutoffs: [HistoryStep: Int64] = [:]
  /// Since when anything is kept; 0: nothing is yet.
  private(set) var since: Int64
  /// The clock was set back, and rows of a time that is yet to come have to go.
  var turningBack: HistoryTurnBack?
  private var turningBackBefore: HistoryTurnBack?
  var clock: HistoryClock
  private var gapStart = GapStart(of: 0)
  private var places: ContiguousArray<Place> = []
  private let put, findRoom, addRoom, putGap, putState: Statement

  /// What is known of the engine's room of that index.
  private struct Place {
    /// The number belongs to another room when the name has changed.
    var nameHash = 0
    var id: Int64 = 0
  }

  init(_ handle: OpaquePointer, _ rules: HistoryRules) throws(StoreError) {
    self.handle = handle
    self.rules = rules
    shelf = try HistoryShelf(handle)
    let newest = try shelf.newestSecond()
    let state = try Statement(handle, "SELECT since FROM history_state")
    since = try state.next() ? min(max(0, state.integer(0)), newest) : 0
    let count = try Statement(handle, "SELECT count(*) FROM history")
    rows = try count.next() ? Int(count.integer(0)) : 0
    committedRows = rows
    clock = HistoryClock(newest: newest, alive: try shelf.aliveSecond())
    put = try Statement(
      handle,
      """
      INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET low = min(coalesce(low, ?2), ?2), high = max(coalesce(high, ?3), ?3),
        mean = coalesce(mean + (?5 - last) * ?6, ?4), last = ?5
      """)
    findRoom = try Statement(handle, "SELECT id FROM history_room WHERE name = ?")
    addRoom = try Statement(
      handle,
      // The lowest number that is free, once the highest has been given out.
      """
      INSERT INTO history_room VALUES (
        (SELECT CASE WHEN coalesce(max(id), 0) + 1 < \(HistoryKey.roomLimit) THEN coalesce(max(id), 0) + 1
          ELSE (SELECT min(id) + 1 FROM history_room AS one
            WHERE NOT EXISTS (SELECT 1 FROM history_room WHERE id = one.id + 1)) END
          FROM history_room), ?, 0)
      """)
    putGap = try Statement(
      handle,
      "INSERT INTO history_gap VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until")
    putState = try Statement(handle, "INSERT OR REPLACE INTO history_state VALUES (1, ?, ?)")
  }

  /// Writes how counts have changed, and since when nothing was known of them.
  func record(
    _ recounts: ContiguousArray<Recount>, of engine: borrowing Engine, _ bridge: BridgeRow
  ) throws(StoreError) {
    let time = try come(to: bridge)
    for recount in recounts {
      try record(
        recount, id: id(of: recount.room, in: engine), at: time,
        isAfterGap: isAfterGap(time, bridge))
    }
  }

  /// What a commit tells beside how counts have changed. Returns the time that history goes by, in milliseconds
  /// since 1970.
  func come(to bridge: BridgeRow) throws(StoreError) -> Int64 {
    let before = clock.newest
    let (time, isSetBack) = clock.take(bridge.aliveAt)
    if isSetBack { try turnBack(to: Self.second(at: time), budget: Self.turningBudget) }
    try startHistory(at: time)
    if let unknown = bridge.unknownSince {
      let start =
        isSetBack
        ? GapStart(of: unknown, began: time - bridge.unknownFor)
        : gapStart.next(of: unknown, newest: before)
      gapStart = start
      try putGap(from: start.second, to: Self.second(at: time))
    }
    return time
  }

  /// Whether nothing is known of the beginning of the second in which a commit is.
  func isAfterGap(_ time: Int64, _ bridge: BridgeRow) -> Bool {
    bridge.unknownSince != nil && gapStart.second <= Self.second(at: time)
  }

  /// Writes the count of a room where nothing is known of how it came to it.
  ///
  /// - Parameter before: what stood at the beginning of the second; `nil`: nothing is known of that.
  func note(
    _ count: Int64, before: Int64?, of name: UnsafeRawBufferPointer, at time: Int64
  ) throws(StoreError) {
    let key = HistoryKey(.second, room: try id(of: name), at: Self.second(at: time))
    let before = before ?? count
    put.bind(integers: key.value, min(before, count), max(before, count))
    put.bind(real: Double(count), at: 4)
    put.bind(count, at: 5)
    put.bind(real: 0, at: 6)
    try runCounting(put)
  }

  /// Rows that a commit takes back, where the clock was set back; the rest is left for later.
  private static let turningBudget = 2_000

  /// Runs a statement that may add a row; none has the key 0.
  func runCounting(_ statement: Statement) throws(StoreError) {
    sqlite3_set_last_insert_rowid(handle, 0)
    try statement.run()
    if sqlite3_last_insert_rowid(handle) != 0 { rows += 1 }
  }

  /// History begins with the first commit.
  private func startHistory(at time: Int64) throws(StoreError) {
    guard since == 0 else { return }
    since = max(1, Self.second(at: time))
    try saveState()
  }

  /// How many rows there are is written for people who look, and not read back.
  func saveState() throws(StoreError) {
    putState.bind(since, at: 1)
    putState.bind(Int64(rows), at: 2)
    try putState.run()
  }

  /// What is before is dropped.
  func raiseSince(to second: Int64) { since = max(since, second) }

  func lowerSince(to second: Int64) { since = min(since, second) }

  /// A transaction begins.
  func begin() {
    clock.begin()
    turningBackBefore = turningBack
  }

  func committed() { committedRows = rows }

  /// A transaction was rolled back.
  func rollBack() {
    clock.rollBack()
    turningBack = turningBackBefore
    rows = committedRows
    forget()
  }

  /// Numbers of rooms, and what is known of their rows, are given up.
  func forget() {
    places.removeAll(keepingCapacity: true)
    pass = nil
  }

  private func putGap(from start: Int64, to end: Int64) throws(StoreError) {
    guard end > start else { return }
    putGap.bind(start, at: 1)
    putGap.bind(end, at: 2)
    try putGap.run()
  }

  /// In the second of a change the count before it stood until then, unless a gap ends there; the one after it goes on.
  private func record(
    _ recount: Recount, id: Int64, at time: Int64, isAfterGap: Bool
  ) throws(StoreError) {
    let second = Self.second(at: time)
    let rest = Double(1_000 - max(0, time) % 1_000) / 1_000
    let (before, count) = (Double(recount.before), Double(recount.count))
    put.bind(HistoryKey(.second, room: id, at: second).value, at: 1)
    put.bind(Int64(isAfterGap ? recount.count : recount.least), at: 2)
    put.bind(Int64(isAfterGap ? recount.count : recount.greatest), at: 3)
    put.bind(real: isAfterGap ? count : before + (count - before) * rest, at: 4)
    put.bind(Int64(recount.count), at: 5)
    put.bind(real: rest, at: 6)
    try runCounting(put)
    // Newer than all that has yet to be taken back.
    turningBack?.rooms.insert(id)
  }

  /// - Parameter time: milliseconds since 1970.
  static func second(at time: Int64) -> Int64 { min(max(0, time / 1_000), HistoryKey.lastSecond) }

  private func id(of room: Int32, in engine: borrowing Engine) throws(StoreError) -> Int64 {
    while places.count <= Int(room) { places.append(Place()) }
    let hash = engine.withRoomName(room) { name in
      var hasher = Hasher()
      hasher.combine(bytes: name)
      return hasher.finalize()
    }
    if places[Int(room)].id != 0, places[Int(room)].nameHash == hash { return places[Int(room)].id }
    let id = engine.withRoomName(room) { name in
      Result { () throws(StoreError) in try self.id(of: name) }
    }
    places[Int(room)] = Place(nameHash: hash, id: try id.get())
    return places[Int(room)].id
  }

  private func id(of name: UnsafeRawBufferPointer) throws(StoreError) -> Int64 {
    findRoom.bind(name, at: 1)
    defer { findRoom.reset() }
    if try findRoom.next() { return findRoom.integer(0) }
    addRoom.bind(name, at: 1)
    try addRoom.run()
    return sqlite3_last_insert_rowid(handle)
  }
}
