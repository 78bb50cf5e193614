import CSQLite
import Presence

/// How much is done at a time.
package struct CommitLimits: Sendable {
  /// Rows that one call writes: some 15 ms.
  package var rows = 10_000
  /// Pages of the log after which they are moved into the file. A page has 4 KiB.
  package var step = 1_000
  /// Pages of the log at which commits wait until all are moved, so that it can begin anew.
  package var log = 16_000
  /// How long the call that writes the last rows waits for the disk before it is to be made again; `nil`: the commit ends
  /// where it is called, however long that takes.
  package var wait: Duration?
  /// Beyond it the log's file is made shorter when the log begins anew.
  var logBytes: Int { log * 4_096 }

  package init() {}
}

extension Database {
  /// Writes rows and what is known beside them, in one transaction that may take several calls: each takes out
  /// of `unsaved` what it has written.
  ///
  /// - Parameter unsaved: all that has changed since the last commit. Between two calls of one commit the engine may
  ///   change; what then differs is to be added, as long as not ``isSyncing``.
  /// - Returns: whether it is done. `false`: to be called again; nothing has been committed yet.
  /// - Throws: ``StoreError/takenOver(path:)`` when another bridge owns the file now, ``StoreError/locked(path:holders:)``
  ///   where another process keeps it from beginning, ``StoreError/lost(path:reason:)``; otherwise
  ///   ``StoreError/failed(call:code:reason:)``. Nothing was changed then, by earlier calls neither.
  public func commit(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow
  ) throws(StoreError) -> Bool {
    if isSyncing { return try seeEnd(.zero) }
    if !isCommitting {
      guard try beginBesideCheckpointer() else { return false }
    }
    do {
      try put(bridge)
      if let comparison {
        guard try comparison.advance(engine, bridge, budget: limits.rows) else { return false }
        try replaceRows(&unsaved, engine)
      }
      let part = unsaved.take(limits.rows)
      try put(part, of: engine)
      try history?.record(part.recounts, of: engine, bridge)
    } catch {
      abandon()
      throw error
    }
    guard unsaved.isEmpty else { return false }
    return try end()
  }

  /// Begins to write the whole state in place of whatever the file holds, in one transaction. Returns and throws
  /// as ``commit(_:of:bridge:)`` does, which goes on with it. A commit that is under way is given up. What was lost is
  /// opened anew before.
  ///
  /// - Parameter unsaved: becomes everything, once the counts of what is replaced have been compared.
  public func rewrite(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow
  ) throws(StoreError) -> Bool {
    if isCommitting { abandonCommit() }
    try openAnewIfLost(at: bridge.aliveAt)
    try begin()
    do {
      if let history {
        comparison = try HistoryComparison(history)
      } else {
        try replaceRows(&unsaved, engine)
      }
    } catch {
      abandon()
      throw error
    }
    return try commit(&unsaved, of: engine, bridge: bridge)
  }

  /// The rows of a commit are written, and the disk is awaited: what changes from now on is for the next one.
  public var isSyncing: Bool { commitThread.isBusy && !isOrphaned }

  /// Gives up a commit that is under way; nothing of it stays, unless the disk was asked to keep it already.
  public func abandonCommit() {
    guard isCommitting else { return }
    guard isSyncing else { return abandon() }
    isOrphaned = true
    forgetCommit()
  }

  private func replaceRows(_ unsaved: inout Unsaved, _ engine: borrowing Engine) throws(StoreError)
  {
    comparison = nil
    for table in ["room", "client", "membership"] { try execute("DELETE FROM \(table)") }
    let recounts = unsaved.recounts
    unsaved = engine.everything
    unsaved.recounts = recounts
  }

  /// - Returns: `false`: our own checkpointer is writing, for a moment.
  private func beginBesideCheckpointer() throws(StoreError) -> Bool {
    guard !checkpointer.isCatchingUp else { return false }
    let renewals = checkpointer.renewals
    do throws(StoreError) { try begin() } catch {
      if error.isLock, checkpointer.isCatchingUp || checkpointer.renewals != renewals {
        return false
      }
      throw error
    }
    return true
  }

  private func begin() throws(StoreError) {
    try expectFiles()
    try beginImmediate()
    history?.begin()
    isCommitting = true
    do throws(StoreError) { try putFilters() } catch {
      abandon()
      throw error
    }
  }

  private func end() throws(StoreError) -> Bool {
    if let wait = limits.wait {
      commitThread.commit(handle)
      return try seeEnd(wait)
    }
    try ended(sqlite3_exec(handle, "COMMIT", nil, nil, nil))
    return true
  }

  private func seeEnd(_ patience: Duration) throws(StoreError) -> Bool {
    guard let code = commitThread.end(patience: patience) else { return false }
    try ended(code)
    return true
  }

  private func ended(_ code: Int32) throws(StoreError) {
    guard code == SQLITE_OK else {
      let error = StoreError.failed("exec", handle)
      abandon()
      throw error
    }
    isCommitting = false
    history?.committed()
    subscriptions.ended(isCommitted: true)
  }

  private func abandon() {
    forgetCommit()
    rollBack("ROLLBACK")
  }

  private func forgetCommit() {
    isCommitting = false
    comparison = nil
    history?.rollBack()
    subscriptions.ended(isCommitted: false)
  }

  private func put(_ bridge: BridgeRow) throws(StoreError) {
    guard let statements else { return }
    statements.putBridge.bind(bridge.revision, at: 1)
    statements.putBridge.bind(bridge.writtenAliveAt, at: 2)
    statements.putBridge.bind(bridge.dropped ?? -1, at: 3)
    statements.putBridge.bind(owner, at: 4)
    try statements.putBridge.run()
    guard sqlite3_changes(handle) == 1 else { throw .takenOver(path: path) }
  }

  private func put(_ unsaved: Unsaved, of engine: borrowing Engine) throws(StoreError) {
    guard let statements else { return }
    for id in unsaved.rooms {
      try rethrow { try engine.withRoomRow(id) { try statements.save($0, id) } }
    }
    for id in unsaved.clients {
      try rethrow { try engine.withClientRow(id) { try statements.save($0, id) } }
    }
    for id in unsaved.memberships { try statements.save(engine.membershipRow(id), id) }
  }

  /// The engine lends rows to closures that throw anything; what they throw here is a `StoreError`.
  private func rethrow(_ body: () throws -> Void) throws(StoreError) {
    do { try body() } catch let error as StoreError { throw error } catch {
      preconditionFailure("statements throw nothing else")
    }
  }
}
