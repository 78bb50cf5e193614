import CSQLite

/// How the files of a database fare.
public struct StorageCondition: Equatable, Sendable {
  /// Of the log's file.
  public var logBytes: Int64 = 0
  /// How often what is in the log could not be moved into the database's file.
  public var checkpointsFailed: UInt64 = 0
  /// Why it could not be the last time; `nil`: it could.
  public var checkpointFailure: String?
  /// Others who have a lock on the files, in words.
  public var holders: String?
  /// Under which name a damaged file was set aside while the bridge ran; told once.
  public var setAside: String?

  public init() {}
}

/// What has gone wrong with the files that were open before.
struct Mishaps {
  /// Until it is told.
  var setAside: String?
  var checkpointsFailed: UInt64 = 0
}

extension Database {
  public func inspect() -> StorageCondition {
    defer { mishaps.setAside = nil }
    var condition = StorageCondition()
    condition.logBytes = WatchedFile.size(of: path + "-wal")
    condition.checkpointsFailed = mishaps.checkpointsFailed + checkpointer.failures.count
    condition.checkpointFailure = checkpointer.failures.last
    condition.setAside = mishaps.setAside
    if condition.logBytes > limits.logBytes { condition.holders = LockHolders.words(path) }
    return condition
  }

  /// A file that was deleted, replaced or cut would take commits that nobody will ever read.
  func expectFiles() throws(StoreError) {
    try reclaim()
    guard !isLost else { throw .unavailable(path: path, reason: "it is to be opened anew") }
    guard let fault = findFault() else { return }
    isLost = true
    throw fault.error
  }

  private func findFault() -> WatchedFiles.Fault? {
    guard path != ":memory:", let pages = checkpointer.logPages else { return nil }
    let fault = files.fault(pages: pages)
    // A log that was begun anew meanwhile may be shorter.
    return checkpointer.logPages == pages ? fault : nil
  }

  /// The connection, back from a commit that was given up.
  private func reclaim() throws(StoreError) {
    guard isOrphaned else { return }
    guard !commitThread.isRunning else {
      throw .noAnswer(path: path)
    }
    _ = commitThread.end(patience: .zero)
    isOrphaned = false
    rollBack("ROLLBACK")
    // What it has written of the past, and whether that is there, is to be found out.
    if history != nil, let historyRules { try beginHistory(historyRules) }
  }

  /// Opens the file anew where one of the three was lost. One that is damaged by that is set aside, and another begun.
  ///
  /// - Parameter time: milliseconds since 1970.
  func openAnewIfLost(at time: Int64) throws(StoreError) {
    try reclaim()
    guard isLost || findFault() != nil else { return }
    let fault = files.fault(pages: checkpointer.logPages ?? 0)
    mishaps.checkpointsFailed += checkpointer.failures.count
    // A log that was cut must not be moved in parts. One without a file is moved by SQLite, into the file that it
    // was open with.
    guard close(movingLog: fault?.kind != .cut) else {
      throw .noAnswer(path: path)
    }
    if let fault, fault.isOfDatabase || fault.kind == .cut { files.deleteLog() }
    do throws(StoreError) {
      try open()
      if fault?.kind == .cut { try check() }
    } catch {
      guard error.isDamage else { throw error }
      close(movingLog: false)
      mishaps.setAside = try Self.setAside(path: path, stamp: "\(time)")
      try open()
    }
  }

  /// Parts of the log may have been moved into the file, and others not.
  private func check() throws(StoreError) {
    let rows = try Statement(handle, "PRAGMA quick_check(1)")
    guard try rows.next(), let words = rows.bytes(0), words.elementsEqual("ok".utf8) else {
      throw .damaged(path: path, reason: "parts of its log are missing")
    }
  }
}
