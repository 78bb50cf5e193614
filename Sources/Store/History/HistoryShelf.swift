/// Where the rows of history lie, and how they are found: for who writes them, thins them or reads them.
///
/// Each look-up is a search in the table's tree within one period, which is found in the order of its key.
final class HistoryShelf {
  private let handle: OpaquePointer
  private let periods, lastBefore, rows, base, room: Statement

  init(_ handle: OpaquePointer) throws(StoreError) {
    self.handle = handle
    // Two searches; asked for together, they would be a walk over all rows.
    periods = try Statement(
      handle,
      """
      SELECT (SELECT min(period) FROM history WHERE step = ?1),
        (SELECT max(period) FROM history WHERE step = ?1)
      """)
    lastBefore = try Statement(
      handle,
      """
      SELECT last FROM history WHERE step = ? AND period = ? AND room = ? AND at < ?
      ORDER BY at DESC LIMIT 1
      """)
    rows = try Statement(
      handle,
      """
      SELECT at, low, high, mean, last FROM history
      WHERE step = ? AND period = ? AND room = ? AND at < ? ORDER BY at
      """)
    base = try Statement(handle, "SELECT base FROM history_room WHERE id = ?")
    room = try Statement(handle, "SELECT id FROM history_room WHERE name = ?")
  }

  /// The oldest and the newest period that have rows of a step.
  func periods(of step: HistoryStep) throws(StoreError) -> ClosedRange<Int64>? {
    periods.bind(step.rawValue, at: 1)
    defer { periods.reset() }
    guard try periods.next(), let first = periods.optionalInteger(0),
      let last = periods.optionalInteger(1)
    else { return nil }
    return first...last
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
    bind(rows, step, period, id, end)
    defer { rows.reset() }
    while try rows.next() {
      body(
        HistoryRow(
          at: rows.integer(0), low: rows.integer(1), high: rows.integer(2), mean: rows.real(3),
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
        bind(lastBefore, step, period, id, time)
        defer { lastBefore.reset() }
        if try lastBefore.next() { return lastBefore.integer(0) }
        period -= 1
      }
    }
    return nil
  }

  private func bind(
    _ statement: Statement, _ step: HistoryStep, _ period: Int64, _ id: Int64, _ time: Int64
  ) {
    statement.bind(integers: step.rawValue, period, id, time)
  }

  func gaps() throws(StoreError) -> [(since: Int64, until: Int64)] {
    let statement = try Statement(handle, "SELECT since, until FROM history_gap ORDER BY since")
    var gaps: [(since: Int64, until: Int64)] = []
    while try statement.next() { gaps.append((statement.integer(0), statement.integer(1))) }
    return gaps
  }
}
