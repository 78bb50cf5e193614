import Bridge
import Presence
import Store

/// A disk that answers when it is told to, and a lock that is held when it is told to be.
final class HeldStorage: Storage {
  enum Act: Equatable {
    /// Clients' rows that were written.
    case commit(clients: Int)
    case rewrite
  }

  /// A commit waits for the disk until this is `false`.
  var isHeld = false
  /// For so many commits it answers all the same.
  var answers = 0
  var isLocked = false
  var error: StoreError?
  private(set) var isSyncing = false
  private(set) var isGivenUp = false
  /// What has been committed, in order.
  private(set) var acts: [Act] = []
  /// Since when nothing was known, as commits have told.
  private(set) var gaps: [Int64] = []
  private(set) var row = BridgeRow(revision: 0, aliveAt: 0)
  private var act = Act.commit(clients: 0)
  private var pending = BridgeRow(revision: 0, aliveAt: 0)

  func commit(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  {
    if isSyncing { return try end() }
    try begin(.commit(clients: unsaved.clients.count), bridge)
    unsaved = Unsaved()
    return try end()
  }

  func rewrite(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  {
    try begin(.rewrite, bridge)
    unsaved = Unsaved()
    return try end()
  }

  private func begin(_ act: Act, _ row: BridgeRow) throws(StoreError) {
    if isLocked { throw .locked(path: "db", holders: "process 4711 (sqlite3)") }
    if let error { throw error }
    (self.act, pending) = (act, row)
  }

  private func end() throws(StoreError) -> Bool {
    isSyncing = isHeld && answers == 0
    if isSyncing { return false }
    answers = max(0, answers - 1)
    acts.append(act)
    row = pending
    if let unknown = row.unknownSince { gaps.append(unknown) }
    return true
  }

  func abandonCommit() {
    isSyncing = false
    isGivenUp = true
  }

  /// Commits that wrote clients, and rewrites, since the last call.
  func takeActs() -> [Act] {
    defer { acts = [] }
    return acts.filter { $0 != .commit(clients: 0) }
  }

  var filters: [String] { [] }
  func keep(filters: [String]) {}
}
