/// The time that history goes by: the wall clock, as long as that does not go back.
///
/// A machine without a clock of its own begins with one that is behind, and is set right soon after: until then
/// what happens is put down to the newest second there is. Only a clock that stays behind for a while was ahead before;
/// then what was kept of the time that comes again has to give way.
struct HistoryClock {
  /// Seconds.
  private static let patience: Int64 = 600
  /// 2023: nothing is kept from before, and a clock that says so is wrong.
  private static let earliest: Int64 = 1_672_531_200

  /// The newest second of history.
  private(set) var newest: Int64
  private var behindSince: Int64?
  private var before: Int64

  init(newest: Int64) {
    self.newest = newest
    before = newest
  }

  /// - Parameter time: of the wall clock, in milliseconds since 1970, as is the answer.
  /// - Returns: the time to go by, and whether it was set back.
  mutating func take(_ time: Int64) -> (time: Int64, isSetBack: Bool) {
    let second = HistoryBook.second(at: time)
    guard second < newest else {
      (newest, behindSince) = (second, nil)
      return (time, false)
    }
    let began = min(behindSince ?? second, second)
    behindSince = began
    guard second >= Self.earliest, second - began >= Self.patience else {
      return (newest * 1_000 + 999, false)
    }
    (newest, behindSince) = (second, nil)
    return (time, true)
  }

  /// A transaction begins.
  mutating func begin() { before = newest }

  /// What was taken since it began did not happen.
  mutating func rollBack() { newest = before }
}

extension HistoryBook {
  /// The clock was ahead and is set back: rows of a time that is yet to come go, and the counts at their ends
  /// are those of now.
  func turnBack(to second: Int64) throws(StoreError) {
    var counts: [Int64: (at: Int64, count: Int64)] = [:]
    for step in HistoryStep.allCases {
      let first = HistoryKey(step, period: second / step.period).value
      let end = HistoryKey(step, period: 1 << 21).value
      let future = try Statement(
        handle, "SELECT key, last FROM history WHERE key >= ? AND key < ?")
      let drop = try Statement(handle, "DELETE FROM history WHERE key = ?")
      future.bind(integers: first, end)
      var keys: [HistoryKey] = []
      while try future.next() {
        let key = HistoryKey(value: future.integer(0))
        guard key.time(step) > second else { continue }
        keys.append(key)
        if key.time(step) >= counts[key.room]?.at ?? 0 {
          counts[key.room] = (key.time(step), future.integer(1))
        }
      }
      for key in keys {
        drop.bind(key.value, at: 1)
        try drop.run()
      }
      rows -= keys.count
    }
    for (room, last) in counts.sorted(by: { $0.key < $1.key }) {
      try restate(last.count, of: room, at: second)
    }
    try turnBackGaps(to: second)
    lowerSince(to: second)
    earlyCutoffs = [:]
    forget()
  }

  private func restate(_ count: Int64, of room: Int64, at second: Int64) throws(StoreError) {
    let statement = try Statement(
      handle,
      """
      INSERT INTO history VALUES (?1, ?2, ?2, ?2, ?2)
        ON CONFLICT DO UPDATE SET low = min(low, ?2), high = max(high, ?2), last = ?2
      """)
    statement.bind(
      integers: HistoryKey(.second, room: room, at: second).value, count)
    try statement.run()
    rows += 1
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
