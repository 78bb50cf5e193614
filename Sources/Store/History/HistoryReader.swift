import CSQLite

/// Reads the past on a connection of its own, so that no answer waits for a commit, and no commit for an answer.
final class HistoryReader {
  let shelf: HistoryShelf
  private let handle: OpaquePointer

  init(path: String) throws(StoreError) {
    let handle = try openFile(path, SQLITE_OPEN_READONLY, patience: 0)
    do throws(StoreError) { shelf = try HistoryShelf(handle) } catch {
      sqlite3_close_v2(handle)
      throw error
    }
    self.handle = handle
  }

  /// SQLite closes it once the last statement is gone.
  deinit { sqlite3_close_v2(handle) }
}
