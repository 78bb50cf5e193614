/// Where the rows of history lie, and how they are found: for who writes them, thins them or reads them.
///
/// Each look-up is a search in the table's tree within one period, which is found in the order of its key.
final class HistoryShelf {
  private let handle: OpaquePointer
  private let first, last, lastBefore, rows, base, room: Statement

  init(_ handle: OpaquePointer) throws(StoreError) {
    self.handle = handle
    let within = "FROM history WHERE key >= ? AND key < ? ORDER BY key"
    first = try Statement(handle, "SELECT key \(within) LIMIT 1")
    last = try Statement(handle, "SELECT key \(within) DESC LIMIT 1")
    lastBefore = try Statement(handle, "SELECT last \(within) DESC LIMIT 1")
    rows = try Statement(handle, "SELECT key, low, high, mean, last \(within)")
    base = try Statement(handle, "SELECT base FROM history_room WHERE id = ?")
    room = try Statement(handle, "SELECT id FROM history_room WHERE name = ?")
  }

  /// The oldest and the newest period that have rows of a step.
  func periods(of step: HistoryStep) throws(StoreError) -> ClosedRange<Int64>? {
    let keys = HistoryKey(step, period: 0).value..<HistoryKey(step, period: 1 << 21).value
    guard let oldest = try key(first, keys), let newest = try key(last, keys) else { return nil }
    return oldest.period...newest.period
  }

  /// When something was last written: rows may be newer than the last commit's time, if the clock was set back.
  func newestSecond() throws(StoreError) -> Int64 {
    let bridge = try Statement(handle, "SELECT alive_at FROM bridge")
    let alive = try bridge.next() ? HistoryBook.second(at: bridge.integer(0)) : 0
    guard let period = try periods(of: .second)?.upperBound else { return alive }
    let rows = try Statement(
      handle, "SELECT max(key & 0xfff) FROM history WHERE key >= ? AND key < ?")
    rows.bind(
      integers: HistoryKey(.second, period: period).value,
      HistoryKey(.second, period: period + 1).value)
    let place = try rows.next() ? rows.integer(0) : 0
    return max(alive, period * HistoryStep.second.period + place)
  }

  /// The next room behind one that has rows of a step in a period.
  func room(after room: Int64, _ step: HistoryStep, period: Int64) throws(StoreError) -> Int64? {
    let end = HistoryKey(step, period: period + 1).value
    return try key(first, HistoryKey(step, period: period, room: room + 1).value..<end)?.room
  }

  private func key(_ statement: Statement, _ keys: Range<Int64>) throws(StoreError) -> HistoryKey? {
    statement.bind(integers: keys.lowerBound, keys.upperBound)
    defer { statement.reset() }
    return try statement.next() ? HistoryKey(value: statement.integer(0)) : nil
  }

  func id(of name: [UInt8]) throws(StoreError) -> Int64? {
    let result = name.withUnsafeBytes { bytes in
      Result { () throws(StoreError) -> Int64? in
        room.bind(bytes, at: 1)
        defer { room.reset() }
        return try room.next() ? room.integer(0) : nil
      }
    }
    return try result.get()
  }

  /// Calls `body` with the rows of a room in a period that begin before `end`.
  func forEachRow(
    of id: Int64, _ step: HistoryStep, period: Int64, before end: Int64,
    _ body: (HistoryRow) -> Void
  ) throws(StoreError) {
    let keys = HistoryKey.rows(step, period: period, room: id, before: end)
    rows.bind(integers: keys.lowerBound, keys.upperBound)
    defer { rows.reset() }
    while try rows.next() {
      body(
        HistoryRow(
          at: HistoryKey(value: rows.integer(0)).time(step), low: rows.integer(1),
          high: rows.integer(2), mean: rows.real(3),
          last: rows.integer(4)))
    }
  }

  /// The count of a room at a time: that of the last row before it, else what stood before all rows.
  func count(of id: Int64, at time: Int64) throws(StoreError) -> Int64 {
    if let count = try lastCount(of: id, before: time) { return count }
    base.bind(id, at: 1)
    defer { base.reset() }
    return try base.next() ? base.integer(0) : 0
  }

  /// That of the last row that begins before a time; `nil`: there is none.
  func lastCount(of id: Int64, before time: Int64) throws(StoreError) -> Int64? {
    for step in HistoryStep.allCases {
      guard let periods = try periods(of: step) else { continue }
      var period = min((time - 1) / step.period, periods.upperBound)
      while period >= periods.lowerBound {
        let keys = HistoryKey.rows(step, period: period, room: id, before: time)
        lastBefore.bind(integers: keys.lowerBound, keys.upperBound)
        defer { lastBefore.reset() }
        if try lastBefore.next() { return lastBefore.integer(0) }
        period -= 1
      }
    }
    return nil
  }

  func gaps() throws(StoreError) -> [(since: Int64, until: Int64)] {
    let statement = try Statement(handle, "SELECT since, until FROM history_gap ORDER BY since")
    var gaps: [(since: Int64, until: Int64)] = []
    while try statement.next() { gaps.append((statement.integer(0), statement.integer(1))) }
    return gaps
  }
}
