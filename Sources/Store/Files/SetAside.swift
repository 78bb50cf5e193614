import CSQLite

#if canImport(Glibc)
  import Glibc
#endif

extension Database {
  /// Moves a damaged database and its log out of the way, so that a new one can be made in its place.
  ///
  /// - Parameter stamp: the time, as it is to stand in the name.
  /// - Returns: the new name of the file.
  public static func setAside(path: String, stamp: String) throws(StoreError) -> String {
    let target = "\(path).corrupt-\(stamp)"
    guard rename(path, target) == 0 else {
      throw .unopenable(
        path: path, reason: "cannot be set aside: \(String(cString: strerror(errno)))")
    }
    // A log left behind would be replayed into the new file.
    for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      guard rename(path + suffix, target + suffix) == 0 else {
        throw .unopenable(path: path + suffix, reason: String(cString: strerror(errno)))
      }
    }
    return target
  }
}
