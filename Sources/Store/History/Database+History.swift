import CSQLite

extension Database {
  /// From now on keeps the counts of rooms, or none of them, nor what was kept before.
  ///
  /// The first time, the rooms begin with the counts that the rows say.
  public func keepHistory(_ rules: HistoryRules?) throws(StoreError) {
    history = nil
    guard let rules else { return try dropHistory() }
    if try integer("SELECT since FROM history_state") == 0 {
      try transaction { () throws(StoreError) in
        try execute("INSERT INTO history_room(name, base) \(Self.counts)")
      }
    }
    history = try HistoryBook(handle, rules)
  }

  /// About how many rows there are, and how many were thinned or dropped before their time; `nil`: no history
  /// is kept.
  public var historyFigures: (rows: Int, thinnedEarly: UInt64)? {
    history.map { ($0.rows, $0.thinnedEarly) }
  }

  /// The count of a room at the end of its history; `nil`: nothing is known of such a room.
  package func lastCountInHistory(of room: [UInt8]) throws(StoreError) -> Int64? {
    guard let history, let id = try history.shelf.id(of: room) else { return nil }
    return try history.shelf.count(of: id, at: .max)
  }

  private func dropHistory() throws(StoreError) {
    guard try integer("SELECT since FROM history_state") != 0 else { return }
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
