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
    let keys = Self.keys(of: step, before: HistoryKey.periodLimit)
    guard let oldest = try key(first, keys), let newest = try key(last, keys) else { return nil }
    // In a damaged file keys may be out of order.
    return min(oldest.period, newest.period)...newest.period
  }

  /// Of a step, in periods before one.
  private static func keys(of step: HistoryStep, before period: Int64) -> Range<Int64> {
    HistoryKey(step, period: 0).value..<HistoryKey(step, period: period).value
  }

  /// When the bridge last committed, in seconds since 1970.
  func aliveSecond() throws(StoreError) -> Int64 {
    let bridge = try Statement(handle, "SELECT alive_at FROM bridge")
    return try bridge.next() ? HistoryBook.second(at: bridge.integer(0)) : 0
  }

  /// When something was last written: rows may be newer than the last commit's time, if the clock was set back.
  func newestSecond() throws(StoreError) -> Int64 {
    let alive = try aliveSecond()
    guard let period = try periods(of: .second)?.upperBound else { return alive }
    let rows = try Statement(
      handle, "SELECT max(key & 0xfff) FROM history WHERE key >= ? AND key < ?")
    rows.bind(
      integers: HistoryKey(.second, period: period).value,
      HistoryKey(.second, period: period + 1).value)
    let place = try rows.next() ? rows.integer(0) : 0
    return max(alive, min(period * HistoryStep.second.period + place, HistoryKey.lastSecond))
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
    var position = Int64.min
    while try rows.next() {
      let key = HistoryKey(value: rows.integer(0))
      // In a damaged file rows may be out of order.
      guard key.isPossible(step), key.value > position else { continue }
      position = key.value
      body(
        HistoryRow(
          read: key.time(step), low: rows.integer(1), high: rows.integer(2), mean: rows.real(3),
          last: rows.integer(4)))
    }
  }

  /// The count of a room at a time: that of the last row before it, else what stood before all rows.
  func count(of id: Int64, at time: Int64) throws(StoreError) -> Int64 {
    if let count = try lastCount(of: id, before: time) { return count }
    base.bind(id, at: 1)
    defer { base.reset() }
    return try base.next() ? HistoryRow.count(base.integer(0)) : 0
  }

  /// That of the last row that begins before a time; `nil`: there is none.
  func lastCount(of id: Int64, before time: Int64) throws(StoreError) -> Int64? {
    let time = min(time, HistoryKey.lastSecond)
    for step in HistoryStep.allCases where time > 0 {
      var next = try lastPeriod(of: step, before: (time - 1) / step.period + 1)
      while let period = next {
        let keys = HistoryKey.rows(step, period: period, room: id, before: time)
        lastBefore.bind(integers: keys.lowerBound, keys.upperBound)
        defer { lastBefore.reset() }
        if try lastBefore.next() { return HistoryRow.count(lastBefore.integer(0)) }
        next = try lastPeriod(of: step, before: period)
      }
    }
    return nil
  }

  /// The last one that has rows; `nil`: none does.
  private func lastPeriod(of step: HistoryStep, before period: Int64) throws(StoreError) -> Int64? {
    let found = try key(last, Self.keys(of: step, before: period))?.period
    return found.flatMap { $0 < period ? $0 : nil }
  }

  func gaps() throws(StoreError) -> [(since: Int64, until: Int64)] {
    let statement = try Statement(handle, "SELECT since, until FROM history_gap ORDER BY since")
    var gaps: [(since: Int64, until: Int64)] = []
    let possible = 0...HistoryKey.lastSecond
    while try statement.next() {
      let (since, until) = (statement.integer(0), statement.integer(1))
      guard possible.contains(since), possible.contains(until) else { continue }
      gaps.append((since, until))
    }
    return gaps
  }
}
