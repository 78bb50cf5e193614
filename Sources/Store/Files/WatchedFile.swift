#if canImport(Glibc)
  import Glibc
#endif

/// A file that SQLite holds open, which others may delete, replace or cut: SQLite would go on writing to it, and
/// nobody would ever read that.
struct WatchedFile: Sendable {
  enum Fault: Equatable {
    case deleted
    case replaced
    case cut
  }

  let path: String
  private let handle: PathHandle
  private let device: dev_t
  private let inode: ino_t

  /// Names the file without opening it for input or output: closing such a descriptor drops none of the locks that
  /// SQLite has on it (open(2), `O_PATH`), as closing any other would (fcntl(2)).
  private final class PathHandle: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
  }

  private static let onlyPath: Int32 = 0o10_000_000

  /// `nil`: it is not there, or cannot be looked at.
  init?(_ path: String) {
    let descriptor = open(path, Self.onlyPath | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    handle = PathHandle(descriptor)
    self.path = path
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }

  /// What has become of it since.
  ///
  /// - Parameter bytes: how long it is at least.
  func fault(atLeast bytes: Int64 = 0) -> Fault? {
    var status = stat()
    if stat(path, &status) == 0 {
      guard isSame(status) else { return .replaced }
      return status.st_size < bytes ? .cut : nil
    }
    if errno == ENOENT { return .deleted }
    // The way to it is barred. What is written to it is kept, as long as it has a name anywhere.
    guard fstat(handle.descriptor, &status) == 0 else { return nil }
    return status.st_nlink == 0 ? .deleted : nil
  }

  /// Bytes; 0: there is none.
  static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Deletes what stands under the path, if it is still this file.
  func delete() {
    var status = stat()
    if lstat(path, &status) == 0, isSame(status) { unlink(path) }
  }

  private func isSame(_ status: stat) -> Bool {
    status.st_dev == device && status.st_ino == inode
  }
}
