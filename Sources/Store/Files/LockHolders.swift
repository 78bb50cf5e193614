#if canImport(Glibc)
  import Glibc
#endif

/// Who else has a lock on a database, for words to the operator: as far as the system tells (proc(5), `/proc/locks`).
enum LockHolders {
  /// As `process 4711 (sqlite3)`, several apart by commas; `nil`: nobody who can be seen.
  static func words(_ path: String) -> String? {
    let files = [path, path + "-shm"].compactMap(identity)
    let own = getpid()
    var holders: [pid_t] = []
    for lock in text(of: "/proc/locks").split(separator: "\n") {
      guard let holder = writer(lock, of: files), holder != own, !holders.contains(holder) else {
        continue
      }
      holders.append(holder)
    }
    if holders.isEmpty { return nil }
    return holders.prefix(3).map(name).joined(separator: ", ")
  }

  /// `1: POSIX  ADVISORY  WRITE 4711 fe:00:131 120 120`
  private static func writer(_ lock: Substring, of files: [String]) -> pid_t? {
    let words = lock.split(separator: " ")
    guard words.count >= 6, words[3] == "WRITE", files.contains(String(words[5])) else {
      return nil
    }
    return pid_t(words[4])
  }

  /// `fe:00:131`, as the list of locks names a file.
  private static func identity(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    // makedev(3): the numbers' lower parts, which is all that devices here have.
    let (major, minor) = (status.st_dev >> 8 & 0xfff, status.st_dev & 0xff)
    return "\(hex(major)):\(hex(minor)):\(status.st_ino)"
  }

  private static func hex(_ number: dev_t) -> String {
    let digits = String(number, radix: 16)
    return digits.count < 2 ? "0" + digits : digits
  }

  private static func name(_ process: pid_t) -> String {
    let name = text(of: "/proc/\(process)/comm").split(separator: "\n").first
    return "process \(process)" + (name.map { " (\($0))" } ?? "")
  }

  private static func text(of path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let length = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(length), as: UTF8.self)
  }
}
