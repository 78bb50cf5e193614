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
  /// Beyond it the log's file is made shorter when the log begins anew.
  var logBytes: Int { log * 4_096 }

  package init() {}
}

extension Database {
  /// Writes rows and what is known beside them, in one transaction that may take several calls: each takes out
  /// of `unsaved` what it has written.
  ///
  /// - Parameter unsaved: all that has changed since the last commit. Between two calls of one commit the engine may
  ///   change; what then differs is to be added.
  /// - Returns: whether it is done. `false`: to be called again; nothing has been committed yet.
  /// - Throws: ``StoreError/takenOver(path:)`` when another bridge owns the file now; otherwise
  ///   ``StoreError/failed(call:code:reason:)``. Nothing was changed then, by earlier calls neither.
  public func commit(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow
  ) throws(StoreError) -> Bool {
    if !isCommitting {
      guard !checkpointer.isCatchingUp else { return false }
      try begin()
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
      guard unsaved.isEmpty else { return false }
      try end()
      return true
    } catch {
      abandon()
      throw error
    }
  }

  /// Begins to write the whole state in place of whatever the file holds, in one transaction. Returns and throws
  /// as ``commit(_:of:bridge:)`` does, which goes on with it. A commit that is under way is given up.
  ///
  /// - Parameter unsaved: becomes everything, once the counts of what is replaced have been compared.
  public func rewrite(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow
  ) throws(StoreError) -> Bool {
    if isCommitting { abandon() }
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

  /// Gives up a commit that is under way; nothing of it stays.
  public func abandonCommit() {
    if isCommitting { abandon() }
  }

  private func replaceRows(_ unsaved: inout Unsaved, _ engine: borrowing Engine) throws(StoreError)
  {
    comparison = nil
    for table in ["room", "client", "membership"] { try execute("DELETE FROM \(table)") }
    let recounts = unsaved.recounts
    unsaved = engine.everything
    unsaved.recounts = recounts
  }

  private func begin() throws(StoreError) {
    try expectFile()
    try execute("BEGIN IMMEDIATE")
    history?.clock.begin()
    isCommitting = true
  }

  /// A file that was deleted, moved or replaced would take commits that nobody will ever read
  /// (sqlite.org/c3ref/c_fcntl_begin_atomic_write.html, SQLITE_FCNTL_HAS_MOVED: one `stat`).
  private func expectFile() throws(StoreError) {
    var hasMoved: Int32 = 0
    guard
      sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK,
      hasMoved != 0
    else { return }
    throw .failed(
      call: "\(path)", code: SQLITE_READONLY,
      reason: "has been deleted or replaced; a restart of the bridge makes it anew")
  }

  private func end() throws(StoreError) {
    try execute("COMMIT")
    isCommitting = false
  }

  private func abandon() {
    isCommitting = false
    comparison = nil
    history?.rollBack()
    rollBack("ROLLBACK")
  }

  private func put(_ bridge: BridgeRow) throws(StoreError) {
    guard let statements else { return }
    statements.putBridge.bind(bridge.revision, at: 1)
    statements.putBridge.bind(bridge.aliveAt, at: 2)
    statements.putBridge.bind(owner, at: 3)
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
