import CSQLite

/// The history in a database that a bridge may be writing to at the same time: it is only read.
public final class HistoryFile {
  private let handle: OpaquePointer
  private let path: String
  private var shelf: HistoryShelf?
  /// A bridge that is connected writes at least so often, in seconds.
  private static let silence: Int64 = 15

  /// - Throws: ``StoreError`` for what is not a bridge's database.
  public init(path: String) throws(StoreError) {
    self.path = path
    handle = try openFile(path, SQLITE_OPEN_READONLY, patience: 5_000)
    do {
      try inspect()
      shelf = try HistoryShelf(handle)
    } catch {
      guard case .failed(_, let code, let reason) = error else { throw error }
      if code & 0xff == SQLITE_NOTADB { throw .notADatabase(path: path) }
      throw .unopenable(path: path, reason: reason)
    }
  }

  deinit {
    shelf = nil
    sqlite3_close_v2(handle)
  }

  private func inspect() throws(StoreError) {
    // Everything is read of one moment.
    guard sqlite3_exec(handle, "BEGIN", nil, nil, nil) == SQLITE_OK else {
      throw .failed("exec", handle)
    }
    guard try integer("PRAGMA application_id") == Int64(Schema.applicationID) else {
      throw .foreign(path: path)
    }
    let version = Int(try integer("PRAGMA user_version"))
    guard version <= Schema.version else {
      throw .newer(path: path, version: version, known: Schema.version)
    }
    guard version == Schema.version else {
      throw .unopenable(path: path, reason: "no bridge of this version has opened it yet")
    }
  }

  /// Whether any history is kept in it.
  public func isKept() throws(StoreError) -> Bool {
    try integer("SELECT since FROM history_state") != 0
  }

  /// The history of a room, as ``Database/history(of:since:step:at:)``; what comes after the bridge was last
  /// connected is unknown. With it comes the count at its end, where that is known.
  public func points(
    of room: [UInt8], since seconds: Int64, step: Int64, at time: Int64
  ) throws(StoreError) -> (points: [HistoryPoint], last: Int64?)? {
    guard let shelf, let id = try shelf.id(of: room) else { return nil }
    let now = time / 1_000
    let alive = try integer("SELECT alive_at FROM bridge") / 1_000
    var gaps = try shelf.gaps()
    if now - alive > Self.silence { gaps.append((alive + 1, now + 1)) }
    let scan = try HistoryScan(
      shelf, room: id, span: now - seconds..<now + 1, step: step, gaps: HistoryGaps(gaps),
      since: integer("SELECT since FROM history_state"))
    while try !scan.advance() {}
    return (scan.points, scan.last)
  }

  private func integer(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try Statement(handle, sql)
    return try statement.next() ? statement.integer(0) : 0
  }
}
