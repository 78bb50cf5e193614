import CSQLite

#if canImport(Glibc)
  import Glibc
#endif

/// From a path to a database that is ours, up to date and owned; and the way back.
extension Database {
  /// - Throws: ``StoreError``; then nothing is open, and the next commit that writes everything tries again.
  ///
  /// - Parameter isFirst: what this bridge is to know of the file stands in it, and nowhere else.
  func open(isFirst: Bool = false) throws(StoreError) {
    isLost = true
    if path != ":memory:" { try FileHeader.check(path) }
    sqlite3_close_v2(handle)
    handle = try openFile(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, patience: 0)
    do throws(StoreError) {
      try prepare(isFirst)
    } catch {
      close()
      throw named(error)
    }
    isLost = false
  }

  private func prepare(_ isFirst: Bool) throws(StoreError) {
    // A journal whose end did not reach the disk would undo, after a loss of power, what came long after it.
    try execute("PRAGMA synchronous = EXTRA")
    try migrate()
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA journal_size_limit = \(limits.logBytes)")
    try takeOver()
    try execute(synchronous)
    statements = try Statements(handle)
    let stored = try storedFilters()
    if isFirst { subscriptions.stored = stored } else { subscriptions.moved(to: stored) }
    files = WatchedFiles(path)
    checkpointer = Checkpointer(path: path, limits, files)
    checkpointer.follow(handle)
    if let historyRules { try beginHistory(historyRules) }
  }

  /// Lets go of the files. Where the disk hangs that is not possible.
  ///
  /// - Parameter movingLog: whether SQLite may move what is in the log into the file, as it does where nobody else has
  ///   it open.
  @discardableResult
  func close(movingLog: Bool = true) -> Bool {
    isLost = true
    guard checkpointer.end(movingLog: movingLog) else { return false }
    statements = nil
    comparison = nil
    thinnedBefore += history?.thinnedEarly ?? 0
    history = nil
    historyReader = nil
    isCommitting = false
    if !movingLog { csqlite_keep_log_on_close(handle) }
    sqlite3_close_v2(handle)
    // Never `nil` but without memory, where SQLite takes it for a connection that is not open.
    var none: OpaquePointer?
    sqlite3_open_v2(":memory:", &none, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
    if let none { handle = none }
    return true
  }

  /// The first migrations run before write-ahead logging is on: so the header that says whose file it
  /// is stands in the file itself from the first commit on.
  private func migrate() throws(StoreError) {
    guard try version() < Schema.version else { return }
    try beginImmediate()
    do throws(StoreError) { try runMigrations() } catch {
      rollBack("ROLLBACK")
      throw error
    }
  }

  private func runMigrations() throws(StoreError) {
    let version = try version()
    for migration in Schema.migrations[version...] { try execute(migration) }
    try execute("PRAGMA application_id = \(Schema.applicationID)")
    try execute("PRAGMA user_version = \(Schema.version)")
    try execute("COMMIT")
  }

  /// Of the tables; 0: there are none.
  private func version() throws(StoreError) -> Int {
    let id = try integer("PRAGMA application_id")
    let tables = try integer("SELECT count(*) FROM sqlite_master")
    guard id == Int64(Schema.applicationID) || tables == 0 else { throw .foreign(path: path) }
    let version = Int(try integer("PRAGMA user_version"))
    guard version >= 0 else { throw .damaged(path: path, reason: "its version is \(version)") }
    guard version <= Schema.version else {
      throw .newer(path: path, version: version, known: Schema.version)
    }
    return version
  }

  private func takeOver() throws(StoreError) {
    try transaction { () throws(StoreError) in
      try execute("UPDATE bridge SET owner = \(owner)")
    }
  }

  /// What an error of SQLite's says of the file.
  private func named(_ error: StoreError) -> StoreError {
    guard case .failed(_, _, let reason) = error else { return error }
    if error.isBusy { return .locked(path: path, holders: LockHolders.words(path)) }
    if error.isDamage { return .damaged(path: path, reason: reason) }
    return error.mayPass || isReadOnlyDisk
      ? .unavailable(path: path, reason: reason) : .unopenable(path: path, reason: reason)
  }

  /// The file system, and not who may do what with the file.
  private var isReadOnlyDisk: Bool {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    return [path, directory].contains { (place: String) in
      access(place, W_OK) != 0 && errno == EROFS
    }
  }
}
