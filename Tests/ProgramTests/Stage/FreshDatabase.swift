import Foundation

/// Losing a bridge's database.
enum FreshDatabase {
  /// Deletes the database of a bridge that does not run, with its log.
  static func remove(_ bridge: BridgeProcess) throws {
    for suffix in ["", "-wal", "-shm"] {
      let path = bridge.database + suffix
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }
}
