import CSQLite

extension Database {
  /// From now on keeps the counts of rooms, or none of them, nor what was kept before.
  ///
  /// The first time, the rooms begin with the counts that the rows say.
  public func keepHistory(_ rules: HistoryRules?) throws(StoreError) {
    history = nil
    historyRules = rules
    do throws(StoreError) {
      if let rules { try beginHistory(rules) } else { try dropHistory() }
    } catch {
      guard error.isDamage, case .failed(_, _, let reason) = error else { throw error }
      throw .damaged(path: path, reason: reason)
    }
  }

  func beginHistory(_ rules: HistoryRules) throws(StoreError) {
    thinnedBefore += history?.thinnedEarly ?? 0
    history = nil
    historyReader = nil
    try dropImpossibleRows()
    if try since() == 0 {
      try transaction { () throws(StoreError) in
        try execute("INSERT OR IGNORE INTO history_room(name, base) \(Self.counts)")
      }
    }
    history = try HistoryBook(handle, rules)
  }

  /// How many rows there are, and how many were thinned or dropped before their time; `nil`: no history
  /// is kept.
  public var historyFigures: (rows: Int, thinnedEarly: UInt64)? {
    history.map { ($0.rows, thinnedBefore + $0.thinnedEarly) }
  }

  /// The count of a room at the end of its history; `nil`: nothing is known of such a room.
  package func lastCountInHistory(of room: [UInt8]) throws(StoreError) -> Int64? {
    guard let history, let id = try history.shelf.id(of: room) else { return nil }
    return try history.shelf.count(of: id, at: .max)
  }

  private func since() throws(StoreError) -> Int64 {
    try integer("SELECT since FROM history_state")
  }

  /// In a damaged file: rooms whose numbers do not fit into the keys of rows, and gaps in no time.
  private func dropImpossibleRows() throws(StoreError) {
    let rooms = "history_room WHERE id NOT BETWEEN 1 AND \(HistoryKey.roomLimit - 1)"
    let time = "BETWEEN 0 AND \(HistoryKey.lastSecond)"
    let gaps = "history_gap WHERE since NOT \(time) OR until NOT \(time)"
    for rows in [rooms, gaps] where try integer("SELECT count(*) FROM \(rows)") > 0 {
      try transaction { () throws(StoreError) in try execute("DELETE FROM \(rows)") }
    }
  }

  private func dropHistory() throws(StoreError) {
    guard try since() != 0 else { return }
    try transaction { () throws(StoreError) in
      for table in ["history", "history_room", "history_gap"] {
        try execute("DELETE FROM \(table)")
      }
      try execute("UPDATE history_state SET since = 0, row_count = 0")
    }
  }

  /// The counts of the rooms by name, as the rows of memberships come to.
  static let counts = """
    SELECT room.name AS name, count(*) AS count FROM membership JOIN room ON room.id = membership.room
      WHERE membership.state = 1 GROUP BY room.id
    """
}
