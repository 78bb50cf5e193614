import CSQLite

extension Database {
  /// How much one call of ``thinHistory(at:)`` takes on: rows read, and a room counts for as many as this.
  private static let budget = 2_000
  private static let costOfRoom = 20

  /// Thins some of the past, in a transaction of its own that takes a few milliseconds and does not wait for the disk.
  ///
  /// - Parameter time: milliseconds since 1970.
  /// - Returns: whether there is more to be done.
  public func thinHistory(at time: Int64) throws(StoreError) -> Bool {
    guard let history, !isCommitting, !isOrphaned, !isLost else { return false }
    history.clock.see(HistoryBook.second(at: time))
    guard !checkpointer.isCatchingUp else { return true }
    if history.turningBack != nil { return try goOnTurningBack(history) }
    let now = history.clock.thinningTime
    var next = history.pass
    if next == nil { next = try history.nextPass(at: now) }
    guard let pass = next else { return false }
    try change(history) { () throws(StoreError) in
      try history.advance(pass, budget: Self.budget, costOfRoom: Self.costOfRoom)
    }
    if history.pass != nil { return true }
    return try history.nextPass(at: now) != nil
  }

  private func goOnTurningBack(_ history: HistoryBook) throws(StoreError) -> Bool {
    try change(history) { () throws(StoreError) in
      try history.goOnTurningBack(budget: Self.budget)
    }
    return true
  }

  private func change(
    _ history: HistoryBook, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    history.begin()
    do {
      try expectFiles()
      try transaction { () throws(StoreError) in
        guard try integer("SELECT owner FROM bridge") == owner else {
          throw .takenOver(path: path)
        }
        try body()
        try history.saveState()
      }
    } catch {
      history.rollBack()
      throw error
    }
    history.committed()
  }
}

extension HistoryBook {
  /// Goes on from room to room until the budget is used up; the pass is over when no room is left.
  func advance(_ started: HistoryPass, budget: Int, costOfRoom: Int) throws(StoreError) {
    var pass = started
    var left = budget
    let gaps = HistoryGaps([(0, since)] + (try shelf.gaps()))
    while left > 0 {
      guard let room = try shelf.room(after: pass.room, pass.step, period: pass.period) else {
        return try end(pass)
      }
      pass.room = room
      left -= try costOfRoom + see(to: pass, gaps)
    }
    self.pass = pass
  }

  /// - Returns: how many rows were read.
  private func see(to pass: HistoryPass, _ gaps: HistoryGaps) throws(StoreError) -> Int {
    var read: [HistoryRow] = []
    try shelf.forEachRow(of: pass.room, pass.step, period: pass.period, before: pass.cutoff) {
      read.append($0)
    }
    guard let first = read.first, let last = read.last else {
      // In a damaged file: rows that cannot be.
      try delete(pass)
      return 0
    }
    let before = try shelf.count(of: pass.room, at: first.at)
    try delete(pass)
    if pass.isEarly { thinnedEarly += UInt64(read.count) }
    if pass.isDropped {
      try giveUp(pass.room, count: last.last)
    } else if let step = pass.step.next {
      try put(read, step, pass, HistoryGapsAndCount(gaps: gaps, count: before))
    }
    return read.count
  }

  private struct HistoryGapsAndCount {
    var gaps: HistoryGaps
    var count: Int64
  }

  /// Writes what rows come to in larger steps, for those steps in which something changed.
  private func put(
    _ read: [HistoryRow], _ step: HistoryStep, _ pass: HistoryPass, _ known: HistoryGapsAndCount
  ) throws(StoreError) {
    var fold = HistoryFold(
      start: pass.start, end: pass.cutoff, step: step.rawValue, gaps: known.gaps,
      count: known.count, position: read[0].at / step.rawValue * step.rawValue)
    for row in read { fold.take(row, length: pass.step.rawValue) }
    fold.finish()
    let statement = try Statement(
      handle,
      """
      INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET low = ?2, high = ?3, mean = ?4, last = ?5
      """)
    for (point, last) in zip(fold.points, fold.lasts) {
      guard let last else { continue }
      let key = HistoryKey(step, room: pass.room, at: point.at)
      statement.bind(integers: key.value, point.low, point.high)
      statement.bind(real: point.mean, at: 4)
      statement.bind(last, at: 5)
      try runCounting(statement)
    }
  }

  private func delete(_ pass: HistoryPass) throws(StoreError) {
    let keys = HistoryKey.rows(
      pass.step, period: pass.period, room: pass.room, before: pass.cutoff)
    let statement = try Statement(handle, "DELETE FROM history WHERE key >= ? AND key < ?")
    let isWhole = pass.cutoff >= pass.end
    statement.bind(
      integers: keys.lowerBound,
      isWhole ? keys.lowerBound + HistoryKey.placeLimit : keys.upperBound)
    try statement.run()
    rows -= Int(sqlite3_changes(handle))
  }

  /// The oldest rows of a room are gone: the count at their end is where its history begins. A room that was
  /// empty then, and of which nothing else is kept, is as if it had never been.
  private func giveUp(_ room: Int64, count: Int64) throws(StoreError) {
    let isLast = try shelf.lastCount(of: room, before: .max) == nil
    let isOver = count == 0 && isLast
    let sql =
      isOver
      ? "DELETE FROM history_room WHERE id = ?1"
      : "UPDATE history_room SET base = ?2 WHERE id = ?1"
    let statement = try Statement(handle, sql)
    statement.bind(room, at: 1)
    if !isOver { statement.bind(count, at: 2) }
    try statement.run()
    if isOver { forget() }
  }

  private func end(_ pass: HistoryPass) throws(StoreError) {
    self.pass = nil
    if pass.isEarly, !pass.isDropped { earlyCutoffs[pass.step] = pass.cutoff }
    guard pass.isDropped else { return }
    raiseSince(to: pass.end)
    let statement = try Statement(handle, "DELETE FROM history_gap WHERE until <= ?")
    statement.bind(pass.end, at: 1)
    try statement.run()
  }
}
