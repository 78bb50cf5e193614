import CSQLite
import Presence

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
  /// How many messages the broker had dropped by then, as far as it told; `nil`: it did not.
  public var dropped: Int64?
  /// Nothing was known of any room from then until ``aliveAt``, in milliseconds since 1970; `nil`: all was.
  /// It is written for the history, and not read back.
  public var unknownSince: Int64?
  /// For how long nothing has been, by a clock that does not jump; milliseconds.
  public var unknownFor: Int64 = 0

  public init(revision: Int64, aliveAt: Int64) {
    self.revision = revision
    self.aliveAt = aliveAt
  }
}

/// The engine's rows in one SQLite file: opened, checked, migrated and owned.
///
/// Write-ahead logging: a commit is one append to the log. It is `synchronous = NORMAL` for
/// ``Durability/process`` (the log reaches the kernel, sqlite.org/pragma.html#pragma_synchronous) and
/// `FULL` for ``Durability/power``. A ``Checkpointer`` moves the log into the file, a ``CommitThread`` waits for the
/// disk.
///
/// One bridge owns the file: opening it writes a new owner, and a commit of the former owner fails with
/// ``StoreError/takenOver(path:)`` and changes nothing. Whoever comes later has therefore read
/// everything that the former one ever acknowledged.
public final class Database {
  let path: String
  let owner: Int64
  let durability: Durability
  let limits: CommitLimits
  /// Of ``open()``; between ``close()`` and that it leads nowhere.
  var handle: OpaquePointer
  var checkpointer: Checkpointer
  let commitThread = CommitThread()
  /// A commit that was given up has not ended: the connection is not ours until then.
  var isOrphaned = false
  /// A commit has begun that takes further calls.
  var isCommitting = false
  /// It writes everything, and has yet to find what changed in counts.
  var comparison: HistoryComparison?
  var statements: Statements?
  var files = WatchedFiles(":memory:")
  /// What is open cannot be written to any more, and has to be opened anew.
  var isLost = false
  var subscriptions = KeptFilters()
  var historyRules: HistoryRules?
  /// `nil`: no history is kept.
  var history: HistoryBook?
  var historyReader: HistoryReader?
  /// By books that were open before.
  var thinnedBefore: UInt64 = 0
  var mishaps = Mishaps()

  /// How long one call waits for the disk. A call that returns before is to be made again.
  private static let wait = Duration.milliseconds(2)

  /// Opens the file, or makes it.
  ///
  /// - Parameter owner: a number that no other bridge has; not 0.
  /// - Throws: ``StoreError``; a file that is not ours is left as it is.
  public convenience init(path: String, durability: Durability, owner: Int64) throws(StoreError) {
    var limits = CommitLimits()
    if path != ":memory:" { limits.wait = Self.wait }
    try self.init(path: path, durability: durability, owner: owner, limits: limits)
  }

  package init(path: String, durability: Durability, owner: Int64, limits: CommitLimits)
    throws(StoreError)
  {
    self.path = path
    self.owner = owner
    self.durability = durability
    self.limits = limits
    checkpointer = Checkpointer(path: path, limits)
    handle = try openFile(":memory:", SQLITE_OPEN_READWRITE, patience: 0)
    try open(isFirst: true)
  }

  /// A commit that the disk has not answered keeps its connection.
  deinit { if !commitThread.isRunning { close() } }

  func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw .failed("exec", handle)
    }
  }

  func integer(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try Statement(handle, sql)
    return try statement.next() ? statement.integer(0) : 0
  }

  /// Runs `body` in a transaction that is rolled back if it throws. While a commit is under way it is a part
  /// of that.
  ///
  /// It does not wait for the disk: after a loss of power it may not have happened.
  func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    if isCommitting { return try savepoint(body) }
    // Not to be changed within a transaction.
    try execute("PRAGMA synchronous = NORMAL")
    defer { try? execute(synchronous) }
    try beginImmediate()
    do {
      try body()
      try execute("COMMIT")
    } catch {
      rollBack("ROLLBACK")
      throw error
    }
  }

  private func savepoint(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    try execute("SAVEPOINT part")
    do {
      try body()
      try execute("RELEASE part")
    } catch {
      rollBack("ROLLBACK TO part; RELEASE part")
      throw error
    }
  }

  /// - Throws: ``StoreError/locked(path:holders:)`` where another process is writing.
  func beginImmediate() throws(StoreError) {
    do throws(StoreError) { try execute("BEGIN IMMEDIATE") } catch {
      guard error.isBusy else { throw error }
      throw .locked(path: path, holders: LockHolders.words(path))
    }
  }

  var synchronous: String { "PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL")" }

  /// SQLite has rolled back already after some errors; then there is nothing to roll back.
  func rollBack(_ sql: String) {
    if sqlite3_get_autocommit(handle) == 0 { try? execute(sql) }
  }
}
