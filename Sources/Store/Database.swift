import CSQLite
import Presence

#if canImport(Glibc)
  import Glibc
#endif

/// How much an acknowledged message survives.
public enum Durability: Sendable {
  /// A crash of the process.
  case process
  /// A crash of the machine, too: every commit is synced to the disk.
  case power
}

/// What the database knows beside the engine's rows.
public struct BridgeRow: Equatable, Sendable {
  /// No revision above it was ever used.
  public var revision: Int64
  /// When the bridge last committed, in milliseconds since 1970; 0: never.
  public var aliveAt: Int64
  /// Nothing was known of any room from then until ``aliveAt``, in milliseconds since 1970; `nil`: all was.
  /// It is written for the history, and not read back.
  public var unknownSince: Int64?

  public init(revision: Int64, aliveAt: Int64) {
    self.revision = revision
    self.aliveAt = aliveAt
  }
}

/// The engine's rows in one SQLite file: opened, checked, migrated and owned.
///
/// Write-ahead logging: a commit is one append to the log. It is `synchronous = NORMAL` for
/// ``Durability/process`` (the log reaches the kernel, sqlite.org/pragma.html#pragma_synchronous) and
/// `FULL` for ``Durability/power``. A ``Checkpointer`` moves the log into the file.
///
/// One bridge owns the file: opening it writes a new owner, and a commit of the former owner fails with
/// ``StoreError/takenOver(path:)`` and changes nothing. Whoever comes later has therefore read
/// everything that the former one ever acknowledged.
public final class Database {
  let path: String
  let handle: OpaquePointer
  let owner: Int64
  let limits: CommitLimits
  let checkpointer: Checkpointer
  /// A commit has begun that takes further calls.
  var isCommitting = false
  /// It writes everything, and has yet to find what changed in counts.
  var comparison: HistoryComparison?
  var statements: Statements?
  /// `nil`: no history is kept.
  var history: HistoryBook?

  /// Opens the file, or makes it.
  ///
  /// - Parameter owner: a number that no other bridge has; not 0.
  /// - Throws: ``StoreError``; a file that is not ours is left as it is.
  public convenience init(path: String, durability: Durability, owner: Int64) throws(StoreError) {
    try self.init(path: path, durability: durability, owner: owner, limits: CommitLimits())
  }

  package init(path: String, durability: Durability, owner: Int64, limits: CommitLimits)
    throws(StoreError)
  {
    self.path = path
    self.owner = owner
    self.limits = limits
    checkpointer = Checkpointer(path: path, limits)
    if path != ":memory:" { try Self.inspect(path) }
    handle = try openFile(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    try prepare(durability)
  }

  deinit {
    statements = nil
    comparison = nil
    history = nil
    checkpointer.end()
    sqlite3_close_v2(handle)
  }

  private func prepare(_ durability: Durability) throws(StoreError) {
    do {
      try migrate()
      try execute("PRAGMA journal_mode = WAL")
      try execute("PRAGMA journal_size_limit = \(limits.logBytes)")
      try execute("PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL")")
      try takeOver()
      statements = try Statements(handle)
      checkpointer.follow(handle)
    } catch let error {
      guard case .failed(_, _, let reason) = error else { throw error }
      if error.isDamage { throw .damaged(path: path, reason: reason) }
      if error.mayPass { throw .unavailable(path: path, reason: reason) }
      throw .unopenable(path: path, reason: reason)
    }
  }

  func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw .failed("exec", handle)
    }
  }

  func integer(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try Statement(handle, sql)
    return try statement.next() ? statement.integer(0) : 0
  }

  /// The first migrations run before write-ahead logging is on: so the header that says whose file it
  /// is stands in the file itself from the first commit on.
  private func migrate() throws(StoreError) {
    let version = Int(try integer("PRAGMA user_version"))
    guard version <= Schema.version else {
      throw .newer(path: path, version: version, known: Schema.version)
    }
    guard version < Schema.version else { return }
    try transaction { () throws(StoreError) in
      for migration in Schema.migrations[version...] { try execute(migration) }
      try execute("PRAGMA application_id = \(Schema.applicationID)")
      try execute("PRAGMA user_version = \(Schema.version)")
    }
  }

  private func takeOver() throws(StoreError) {
    try transaction { () throws(StoreError) in
      try execute("UPDATE bridge SET owner = \(owner)")
    }
  }

  /// Runs `body` in a transaction that is rolled back if it throws. While a commit is under way it is a part
  /// of that.
  func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    try execute(isCommitting ? "SAVEPOINT part" : "BEGIN IMMEDIATE")
    do {
      try body()
      try execute(isCommitting ? "RELEASE part" : "COMMIT")
    } catch {
      rollBack(isCommitting ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK")
      throw error
    }
  }

  /// SQLite has rolled back already after some errors; then there is nothing to roll back.
  func rollBack(_ sql: String) {
    if sqlite3_get_autocommit(handle) == 0 { try? execute(sql) }
  }
}

extension Database {
  /// Looks at the header before SQLite does, since opening may already write.
  private static func inspect(_ path: String) throws(StoreError) {
    guard let file = fopen(path, "rb") else {
      if errno == ENOENT { return }
      let reason = String(cString: strerror(errno))
      let mayPass = [EMFILE, ENFILE, ENOMEM, EIO].contains(errno)
      throw mayPass
        ? .unavailable(path: path, reason: reason) : .unopenable(path: path, reason: reason)
    }
    defer { fclose(file) }
    var header = [UInt8](repeating: 0, count: 100)
    let length = fread(&header, 1, header.count, file)
    if length == 0, ferror(file) != 0 {
      throw .unopenable(path: path, reason: String(cString: strerror(errno)))
    }
    if length == 0 { return }
    guard length == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw .notADatabase(path: path)
    }
    let id = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    guard id == Schema.applicationID else { throw .foreign(path: path) }
  }
}
