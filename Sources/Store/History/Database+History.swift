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

/// A rewrite after a time in which nothing could be written: what changed meanwhile is found by comparing.
extension HistoryBook {
  /// To be called before the rows are replaced.
  func noteCounts() throws(StoreError) {
    try execute("DROP TABLE IF EXISTS temp.counted")
    try execute("CREATE TEMP TABLE counted(name BLOB PRIMARY KEY, count INTEGER) WITHOUT ROWID")
    try execute("INSERT INTO counted \(Database.counts)")
  }

  /// To be called when they have been.
  func recordRewrite(_ bridge: BridgeRow) throws(StoreError) {
    let (time, isSetBack) = clock.take(bridge.aliveAt)
    let second = Self.second(at: time)
    if isSetBack { try turnBack(to: second) }
    try begin(at: bridge.aliveAt)
    if let unknown = bridge.unknownSince { try putGap(from: unknown, to: bridge.aliveAt) }
    let differences = """
      SELECT coalesce(new.name, old.name) AS name, coalesce(new.count, 0) AS count
        FROM counted AS old FULL JOIN (\(Database.counts)) AS new USING (name)
        WHERE old.count IS NOT new.count
      """
    try execute(
      "INSERT OR IGNORE INTO history_room(name, base) SELECT name, 0 FROM (\(differences))")
    let key = HistoryKey(.second, room: 0, at: second).value
    try execute(
      """
      INSERT OR REPLACE INTO history
        SELECT \(key) + (history_room.id << 12), changed.count, changed.count, changed.count,
          changed.count
        FROM (\(differences)) AS changed JOIN history_room USING (name)
        WHERE history_room.id < \(HistoryKey.roomLimit)
      """)
    rows += Int(sqlite3_changes(handle))
    try execute("DROP TABLE temp.counted")
    forget()
  }

  private func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw .failed("exec", handle)
    }
  }
}
