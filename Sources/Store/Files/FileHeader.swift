#if canImport(Glibc)
  import Glibc
#endif

/// Looks at what stands under a database's path before SQLite does, since opening may already write.
enum FileHeader {
  /// - Throws: ``StoreError`` for what can be no database of ours; a file that may be one, or none, passes.
  static func check(_ path: String) throws(StoreError) {
    guard try isRegularFile(path) else { return }
    let header = try firstBytes(of: path, 100)
    if header.isEmpty || isInterruptedCreation(header, path) { return }
    guard isDatabase(header) else { throw .notADatabase(path: path) }
    guard number(header, at: 68) == UInt32(bitPattern: Schema.applicationID) else {
      throw .foreign(path: path)
    }
  }

  /// - Returns: `false`: there is nothing.
  private static func isRegularFile(_ path: String) throws(StoreError) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      guard code == ENOENT else { throw .cannotOpen(path, code) }
      guard let target = linkTarget(path) else { return false }
      throw .unopenable(path: path, reason: "it is a link to \(target), which is not there")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return true
    case S_IFDIR: throw .unopenable(path: path, reason: "it is a directory, not a file")
    case S_IFIFO: throw .unopenable(path: path, reason: "it is a named pipe, not a file")
    default: throw .unopenable(path: path, reason: "it is a device or a socket, not a file")
    }
  }

  private static func linkTarget(_ path: String) -> String? {
    let target: [UInt8] = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
      guard let start = $0.baseAddress else { return [] }
      let length = readlink(path, start, $0.count)
      return $0.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
    }
    return target.isEmpty ? nil : String(decoding: target, as: UTF8.self)
  }

  private static func firstBytes(of path: String, _ count: Int) throws(StoreError) -> [UInt8] {
    // The file may have become a pipe since.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .cannotOpen(path, errno) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, count, 0) }
    guard length >= 0 else { throw .cannotOpen(path, errno) }
    return Array(bytes.prefix(length))
  }

  private static func isDatabase(_ header: [UInt8]) -> Bool {
    header.count == 100 && header.starts(with: Array("SQLite format 3\0".utf8))
  }

  /// The power was cut while the very first transaction was written: parts of the file are there, its first page
  /// perhaps not, and the journal beside it says that the file was empty before. SQLite undoes that when it opens
  /// the file (sqlite.org/fileformat2.html#the_rollback_journal).
  private static func isInterruptedCreation(_ header: [UInt8], _ path: String) -> Bool {
    if isDatabase(header), number(header, at: 68) != 0 { return false }
    guard let journal = try? firstBytes(of: path + "-journal", 28), journal.count == 28 else {
      return false
    }
    let magic: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]
    return journal.starts(with: magic) && number(journal, at: 16) == 0
  }

  private static func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension StoreError {
  /// A system call failed.
  static func cannotOpen(_ path: String, _ code: Int32) -> StoreError {
    let reason = String(cString: strerror(code))
    let mayPass = [EMFILE, ENFILE, ENOMEM, EIO, EROFS, ENOSPC, EDQUOT].contains(code)
    return mayPass
      ? .unavailable(path: path, reason: reason) : .unopenable(path: path, reason: reason)
  }
}
