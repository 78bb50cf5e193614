import CSQLite
import Dispatch
import Synchronization

/// Moves what stands in the write-ahead log into the database's file, on a connection and a thread of its own:
/// whoever commits never waits for the disk to sync (sqlite.org/wal.html#ckpt, passive checkpoints).
///
/// The log begins anew with the commit that finds all of it moved, and that commit syncs the log's new header
/// (sqlite.org/src/info/ff5be73dee): so it is one of this thread's own, for which others are to wait. While commits
/// follow each other without end that moment does not come by itself: then, at a limit, commits are to wait for one
/// pass, too, which finds little left to move. A reader of an old state, which keeps the log from beginning anew, is
/// not waited for.
final class Checkpointer: Sendable {
  private struct State {
    /// Of the log, as last committed; pages.
    var log = 0
    /// Pages of the log that are in the file.
    var moved = 0
    /// The log's length at which commits are to wait.
    var limit: Int
    var isRunning = false
    var isCatchingUp = false
    /// How often it has begun to write, so that the log begins anew.
    var renewals = 0
    var failures: UInt64 = 0
    /// Of the last pass; `nil`: it moved what it could.
    var failure: String?
  }

  private let path: String
  private let limits: CommitLimits
  private let files: WatchedFiles?
  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "rollcall.checkpoint")
  /// Unchecked, because it is touched on the queue alone, which runs one thing after another.
  private nonisolated(unsafe) var handle: OpaquePointer?

  init(path: String, _ limits: CommitLimits, _ files: WatchedFiles? = nil) {
    self.path = path
    self.limits = limits
    self.files = files
    state = Mutex(State(limit: limits.log))
  }

  /// Hears of every commit on a connection, in place of SQLite's own checkpoints
  /// (sqlite.org/c3ref/wal_hook.html). The connection must not outlive this.
  func follow(_ connection: OpaquePointer) {
    sqlite3_wal_hook(
      connection,
      { context, _, _, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().logGrew(to: Int(pages))
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Whether commits are to wait, for as long as one pass takes, or a sync.
  var isCatchingUp: Bool { state.withLock(\.isCatchingUp) }

  /// The log's length as last committed; pages. It is not told while a pass begins the log anew.
  var logPages: Int? { state.withLock { $0.isCatchingUp ? nil : $0.log } }

  /// How often it has begun a commit of its own.
  var renewals: Int { state.withLock(\.renewals) }

  /// How often moving the log has failed, and why it did the last time.
  var failures: (count: UInt64, last: String?) { state.withLock { ($0.failures, $0.failure) } }

  /// Waits for the pass that is under way, but not for ever, and lets go of the file.
  ///
  /// - Parameter movingLog: whether SQLite may move what is in the log into the file.
  /// - Returns: whether the file has been let go.
  func end(movingLog: Bool = true) -> Bool {
    let done = DispatchSemaphore(value: 0)
    queue.async { [self] in
      if let handle, !movingLog { csqlite_keep_log_on_close(handle) }
      sqlite3_close_v2(handle)
      handle = nil
      done.signal()
    }
    return done.wait(timeout: .now() + Self.patience) == .success
  }

  private static let patience = DispatchTimeInterval.seconds(3)

  private func logGrew(to pages: Int) {
    let mustRun = state.withLock { state in
      if pages < state.log { (state.moved, state.limit) = (0, limits.log) }
      state.log = pages
      if pages >= state.limit { state.isCatchingUp = true }
      guard !state.isRunning, state.isCatchingUp || pages - state.moved >= limits.step else {
        return false
      }
      state.isRunning = true
      return true
    }
    if mustRun { queue.async { [self] in run() } }
  }

  private func run() {
    var goesOn = true
    while goesOn {
      let isAwaited = isCatchingUp
      let isAllMoved = note(moved: pass())
      if isAllMoved { beginAnew() }
      goesOn = state.withLock { state in
        if isAwaited || isAllMoved {
          (state.isCatchingUp, state.limit) = (false, state.log + limits.log)
        }
        state.isRunning = state.isCatchingUp
        return state.isRunning
      }
    }
  }

  /// - Returns: whether nothing is left to move; then commits wait from here on.
  private func note(moved: Int?) -> Bool {
    state.withLock { state in
      // What could not be moved is tried again after another step.
      state.moved = moved ?? state.log
      let isAll = moved == state.log
      if isAll { state.isCatchingUp = true }
      return isAll
    }
  }

  /// A commit that changes nothing, but has a page to write. Where it fails, the next one does as well.
  private func beginAnew() {
    state.withLock { $0.renewals += 1 }
    let code = sqlite3_exec(
      handle,
      """
      BEGIN IMMEDIATE; UPDATE bridge SET alive_at = alive_at + 1;
      UPDATE bridge SET alive_at = alive_at - 1; COMMIT
      """, nil, nil, nil)
    if code != SQLITE_OK { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// A connection knows of the log once it has read something. Whoever writes is not waited for.
  private func open() throws(StoreError) -> OpaquePointer {
    let handle = try openFile(path, SQLITE_OPEN_READWRITE, patience: 0)
    sqlite3_exec(handle, "PRAGMA user_version; PRAGMA synchronous = NORMAL", nil, nil, nil)
    sqlite3_exec(handle, "PRAGMA journal_size_limit = \(limits.logBytes)", nil, nil, nil)
    follow(handle)
    return handle
  }

  /// - Returns: how many pages of the log are in the file; `nil`: it could not be written.
  private func pass() -> Int? {
    // Half of a log that was cut would leave half of a state in the file.
    if let files, files.fault(pages: state.withLock(\.log)) != nil { return nil }
    do throws(StoreError) {
      let moved = try checkpoint()
      state.withLock { $0.failure = nil }
      return moved
    } catch {
      // Somebody else moves it.
      if error.isBusy { return nil }
      state.withLock { state in
        state.failures += 1
        state.failure = error.description
      }
      return nil
    }
  }

  private func checkpoint() throws(StoreError) -> Int {
    let connection: OpaquePointer
    if let handle { connection = handle } else { connection = try open() }
    handle = connection
    var (log, moved): (Int32, Int32) = (0, 0)
    let code = sqlite3_wal_checkpoint_v2(
      connection, nil, SQLITE_CHECKPOINT_PASSIVE, &log, &moved)
    guard code == SQLITE_OK else { throw .failed("wal_checkpoint", connection) }
    return Int(moved)
  }
}
