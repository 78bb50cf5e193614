import CSQLite

/// Closes large gaps between the numbers of rows, before they are loaded. The engine keeps a place for each number up to
/// the largest, so one row with a large number would fill the memory. Gaps are left where many clients have gone.
extension Database {
  /// So many places without a row cost little.
  private static let harmless: Int64 = 100_000

  func closeGaps() throws(StoreError) {
    for (table, references) in [
      ("room", ["membership.room"]), ("client", ["membership.client", "client.gateway"]),
      ("membership", []),
    ] where try hasGaps(table) {
      try transaction { () throws(StoreError) in try renumber(table, references) }
    }
  }

  /// Numbers that no engine has are damage, which loading finds.
  private func hasGaps(_ table: String) throws(StoreError) -> Bool {
    let greatest = try integer("SELECT max(id) FROM \(table)")
    guard greatest > Self.harmless, greatest <= Int64(Int32.max) else { return false }
    guard try integer("SELECT min(id) FROM \(table)") >= 0 else { return false }
    return greatest > 4 * (try integer("SELECT count(*) FROM \(table)")) + Self.harmless
  }

  /// Negative numbers are in nobody's way. A number that refers to no row becomes one that loading refuses.
  private func renumber(_ table: String, _ references: [String]) throws(StoreError) {
    try execute(
      """
      DROP TABLE IF EXISTS temp.numbers;
      CREATE TEMP TABLE numbers(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
      INSERT INTO numbers SELECT id, row_number() OVER (ORDER BY id) - 1 FROM main.\(table);
      """)
    for reference in references {
      let parts = reference.split(separator: ".")
      let (place, column) = (parts[0], parts[1])
      try execute(
        """
        UPDATE main.\(place) SET \(column) =
          coalesce((SELECT new FROM numbers WHERE old = \(column)), -1) WHERE \(column) >= 0
        """)
    }
    try execute(
      """
      UPDATE main.\(table) SET id = -1 - (SELECT new FROM numbers WHERE old = id);
      UPDATE main.\(table) SET id = -1 - id;
      DROP TABLE temp.numbers
      """)
  }
}
