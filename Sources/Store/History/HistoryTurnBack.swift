/// The clock was ahead and is set back: rows of a time that is yet to come go, a part at a time, and the counts at
/// their ends are those of now.
struct HistoryTurnBack {
  /// The time that it is now.
  let second: Int64
  /// Steps that have yet to be gone through.
  var steps = HistoryStep.allCases[...]
  /// Rooms whose last count has been written down.
  var rooms: Set<Int64> = []

  init(to second: Int64) { self.second = second }
}

extension HistoryBook {
  /// Begins it, within the transaction that is under way.
  func turnBack(to second: Int64, budget: Int) throws(StoreError) {
    turningBack = HistoryTurnBack(to: second)
    try turnBackGaps(to: second)
    lowerSince(to: second)
    earlyCutoffs = [:]
    forget()
    try goOnTurningBack(budget: budget)
  }

  /// Takes back up to so many rows, the newest first.
  func goOnTurningBack(budget: Int) throws(StoreError) {
    var left = budget
    while left > 0, var turn = turningBack {
      guard let step = turn.steps.first else {
        turningBack = nil
        return
      }
      let rows = try futureRows(step, after: turn.second, limit: left)
      left -= max(1, rows.count)
      if rows.isEmpty { turn.steps.removeFirst() }
      for (key, last) in rows {
        if turn.rooms.insert(key.room).inserted { try restate(last, of: key.room, at: turn.second) }
        try drop(key)
      }
      turningBack = turn
    }
  }

  /// By period; of a room in a period the last row first.
  private func futureRows(
    _ step: HistoryStep, after second: Int64, limit: Int
  ) throws(StoreError) -> [(key: HistoryKey, last: Int64)] {
    let select = try Statement(
      handle, "SELECT key, last FROM history WHERE key >= ? AND key < ? ORDER BY key DESC")
    select.bind(
      integers: HistoryKey(step, period: second / step.period).value,
      HistoryKey(step, period: HistoryKey.periodLimit).value)
    var rows: [(HistoryKey, Int64)] = []
    while rows.count < limit, try select.next() {
      let key = HistoryKey(value: select.integer(0))
      if key.time(step) > second { rows.append((key, HistoryRow.count(select.integer(1)))) }
    }
    return rows
  }

  private func drop(_ key: HistoryKey) throws(StoreError) {
    let statement = try Statement(handle, "DELETE FROM history WHERE key = ?")
    statement.bind(key.value, at: 1)
    try statement.run()
    rows -= 1
  }

  /// What stands at that second already was written before the time that is taken back.
  private func restate(_ count: Int64, of room: Int64, at second: Int64) throws(StoreError) {
    let statement = try Statement(
      handle,
      """
      INSERT INTO history VALUES (?1, ?2, ?2, ?2, ?2)
        ON CONFLICT DO UPDATE SET low = min(low, ?2), high = max(high, ?2), last = ?2
      """)
    statement.bind(integers: HistoryKey(.second, room: room, at: second).value, count)
    try runCounting(statement)
  }

  private func turnBackGaps(to second: Int64) throws(StoreError) {
    for sql in [
      "DELETE FROM history_gap WHERE since >= ?",
      "UPDATE history_gap SET until = ?1 WHERE until > ?1",
    ] {
      let statement = try Statement(handle, sql)
      statement.bind(second, at: 1)
      try statement.run()
    }
  }
}
