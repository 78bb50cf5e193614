import CSQLite

/// Reads a room's history a period at a time, so that nobody is held up by a long one.
public final class HistoryScan {
  public let step: Int64
  private let shelf: HistoryShelf
  private let room: Int64
  private let start: Int64
  private let end: Int64
  private var fold: HistoryFold
  private var tier: HistoryStep?
  private var period: Int64

  /// - Parameters:
  ///   - span: seconds since 1970, the end excluded.
  ///   - since: since when anything is kept.
  init(
    _ shelf: HistoryShelf, room: Int64, span: Range<Int64>, step: Int64, gaps: HistoryGaps,
    since: Int64
  ) throws(StoreError) {
    self.shelf = shelf
    self.room = room
    self.step = step
    end = span.upperBound
    let first = span.lowerBound / step * step
    // Rows of hours may have begun before.
    start = max(first / 3_600 * 3_600, since)
    let count: Int64? = since == 0 ? nil : try shelf.count(of: room, at: start)
    fold = HistoryFold(
      start: first, end: end, step: step, gaps: gaps, count: count, position: start)
    tier = .hour
    period = 0
    period = try firstPeriod(of: .hour)
  }

  /// The points, those included of which nothing is known. Valid once ``advance()`` has said that all is read.
  public var points: [HistoryPoint] { fold.points }

  /// The count at the end, as ``points``; `nil`: unknown.
  public var last: Int64? { fold.points.last?.isKnown == true ? fold.count : nil }

  /// Reads some more; whether all has been read.
  public func advance() throws(StoreError) -> Bool {
    guard let tier else { return true }
    if period * tier.period < end {
      let start = start
      try shelf.forEachRow(of: room, tier, period: period, before: end) { row in
        if row.at + tier.rawValue > start { fold.take(row, length: tier.rawValue) }
      }
      period += 1
      return false
    }
    self.tier = tier == .hour ? .minute : tier == .minute ? .second : nil
    if let next = self.tier {
      period = try firstPeriod(of: next)
      return false
    }
    fold.finish()
    return true
  }

  private func firstPeriod(of step: HistoryStep) throws(StoreError) -> Int64 {
    let kept = try shelf.periods(of: step)?.lowerBound ?? .max / step.period
    return max(kept, start / step.period)
  }
}

extension Database {
  /// Begins to read the history of a room, from so many seconds ago until now, in steps of so many seconds.
  ///
  /// - Parameter time: milliseconds since 1970.
  /// - Returns: `nil`: no history is kept, or nothing is known of such a room.
  public func history(
    of room: [UInt8], since seconds: Int64, step: Int64, at time: Int64
  ) throws(StoreError) -> HistoryScan? {
    guard let history else { return nil }
    let now = max(HistoryBook.second(at: time), history.clock.newest)
    return try self.history(of: room, over: now - seconds..<now + 1, step: step)
  }

  func history(
    of room: [UInt8], over span: Range<Int64>, step: Int64
  ) throws(StoreError) -> HistoryScan? {
    guard let history else { return nil }
    let shelf = try shelfToRead(history)
    guard let id = try shelf.id(of: room) else { return nil }
    return try HistoryScan(
      shelf, room: id, span: span, step: step, gaps: HistoryGaps(shelf.gaps()),
      since: history.since)
  }

  /// A database without a file can be read by its own connection alone.
  private func shelfToRead(_ history: HistoryBook) throws(StoreError) -> HistoryShelf {
    if path == ":memory:" { return history.shelf }
    if let historyReader { return historyReader.shelf }
    let reader = try HistoryReader(path: path)
    historyReader = reader
    return reader.shelf
  }
}
