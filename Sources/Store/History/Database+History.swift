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
  /// What the rows come to now and did before, by one search a room: a join of the two would go through all
  /// of one for each of the other.
  private static let differences = """
    SELECT name, count FROM temp.counted AS new
      WHERE count IS NOT (SELECT count FROM temp.counted_before WHERE name = new.name)
    UNION ALL SELECT name, 0 FROM temp.counted_before AS old
      WHERE NOT EXISTS (SELECT 1 FROM temp.counted WHERE name = old.name)
    """

  /// To be called before the rows are replaced.
  func noteCounts() throws(StoreError) { try noteCounts(in: "counted_before") }

  /// To be called when they have been.
  func recordRewrite(_ bridge: BridgeRow) throws(StoreError) {
    let (time, isSetBack) = clock.take(bridge.aliveAt)
    let second = Self.second(at: time)
    if isSetBack { try turnBack(to: second) }
    try begin(at: bridge.aliveAt)
    if let unknown = bridge.unknownSince { try putGap(from: unknown, to: bridge.aliveAt) }
    try noteCounts(in: "counted")
    try recordDifferences(at: second)
    for table in ["counted_before", "counted"] { try execute("DROP TABLE temp.\(table)") }
    forget()
  }

  private func noteCounts(in table: String) throws(StoreError) {
    try execute("DROP TABLE IF EXISTS temp.\(table)")
    try execute("CREATE TEMP TABLE \(table)(name BLOB PRIMARY KEY, count INTEGER) WITHOUT ROWID")
    try execute("INSERT INTO temp.\(table) \(Database.counts)")
  }

  private func recordDifferences(at second: Int64) throws(StoreError) {
    try execute(
      "INSERT OR IGNORE INTO history_room(name, base) SELECT name, 0 FROM (\(Self.differences))")
    let key = HistoryKey(.second, room: 0, at: second).value
    try execute(
      """
      INSERT OR REPLACE INTO history
        SELECT \(key) + (history_room.id << 12), changed.count, changed.count, changed.count,
          changed.count
        FROM (\(Self.differences)) AS changed JOIN history_room USING (name)
        WHERE history_room.id < \(HistoryKey.roomLimit)
      """)
    rows += Int(sqlite3_changes(handle))
  }

  private func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw .failed("exec", handle)
    }
  }
}
