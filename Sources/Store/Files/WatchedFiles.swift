#if canImport(Glibc)
  import Glibc
#endif

/// The three files of an open database: its own, its log's (`-wal`), and the index of that (`-shm`), by which
/// processes tell each other what is in the log and who may write.
struct WatchedFiles: Sendable {
  /// Something has become of one of them.
  struct Fault {
    var path: String
    var kind: WatchedFile.Fault
    /// The database's own file is gone, and not only what stands beside it.
    var isOfDatabase: Bool

    var error: StoreError { .lost(path: path, reason: words) }

    private var words: String {
      switch kind {
      case .deleted: "has been deleted or moved away"
      case .replaced: "has been replaced by another file"
      case .cut: "has been cut short"
      }
    }
  }

  private static let frameHeader: Int64 = 24
  private static let logHeader: Int64 = 32

  private let database: WatchedFile?
  private let log: WatchedFile?
  private let index: WatchedFile?

  /// A path without files, `:memory:`, has none that could be lost.
  init(_ path: String) {
    database = WatchedFile(path)
    log = WatchedFile(path + "-wal")
    index = WatchedFile(path + "-shm")
  }

  /// - Parameter pages: how many pages the log holds at least.
  func fault(pages: Int) -> Fault? {
    if let database, let kind = database.fault() {
      return Fault(path: database.path, kind: kind, isOfDatabase: true)
    }
    let bytes = pages == 0 ? 0 : Self.logHeader + Int64(pages) * (Self.frameHeader + 4_096)
    for (file, size) in [(log, bytes), (index, 0)] {
      guard let file, let kind = file.fault(atLeast: size) else { continue }
      return Fault(path: file.path, kind: kind, isOfDatabase: false)
    }
    return nil
  }

  /// Deletes the log and its index, if they are still those that were open: SQLite would play the log of a file that
  /// is gone into the one that has taken its place.
  func deleteLog() {
    log?.delete()
    index?.delete()
  }
}
