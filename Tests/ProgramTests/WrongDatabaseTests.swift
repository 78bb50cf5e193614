import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// What stands where the database is to be, and is none that this program can use: words that say which, exit status 1,
/// and nothing overwritten.
struct WrongDatabaseTests {
  enum Place: String, CaseIterable {
    case text, otherProgram, laterVersion, directory, pipe, linkToNothing, device, noFolder

    var words: String {
      switch self {
      case .text: "is not a database; name another file"
      case .otherProgram: "is a database of another program; name another file"
      case .laterVersion: "made by a later rollcall"
      case .directory: "Is a directory: write the path of a file"
      case .pipe: "it is a named pipe, not a file"
      case .linkToNothing: "it is a link to /nowhere/at.all, which is not there"
      case .device: "it is a device or a socket, not a file"
      case .noFolder: "No such file or directory: write the path of a file"
      }
    }

    func make(at path: String) throws {
      switch self {
      case .text:
        try "a letter, and long enough".write(toFile: path, atomically: true, encoding: .utf8)
      case .otherProgram: try ChildProcess.run("sqlite3", [path, "CREATE TABLE theirs(x)"])
      case .laterVersion:
        _ = try Database(path: path, durability: .process, owner: 1)
        try ChildProcess.run("sqlite3", [path, "PRAGMA user_version = 1000"])
      case .directory: mkdir(path, 0o700)
      case .pipe: mkfifo(path, 0o600)
      case .linkToNothing: symlink("/nowhere/at.all", path)
      case .device: symlink("/dev/zero", path)
      case .noFolder: break
      }
    }
  }

  /// The names in a folder, and what the files hold.
  private func contents(_ folder: TemporaryDirectory) throws -> [String: Data?] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        var status = stat()
        let isFile = lstat(folder.file(name), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return (name, isFile ? FileManager.default.contents(atPath: folder.file(name)) : nil)
      })
  }

  @Test(
    "It is said what it is, the exit status is 1, and it stays as it is", arguments: Place.allCases)
  func refused(place: Place) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file(place == .noFolder ? "missing/rollcall.db" : "rollcall.db")
    try place.make(at: path)
    let before = try contents(folder)
    let bridge = try BridgeProcess(port: 1, ["database": path])
    #expect(try bridge.waitForExit() == .code(1))
    #expect(bridge.log.contains(path), "\(bridge.log)")
    #expect(bridge.log.contains(place.words), "\(bridge.log)")
    #expect(try contents(folder) == before)
  }

  /// The journal of a transaction that began with an empty file (sqlite.org/fileformat2.html#the_rollback_journal).
  @Test("A creation that was interrupted is begun anew")
  func interrupted() throws {
    let site = try Site()
    try site.bridge.stop()
    try FreshDatabase.remove(site.bridge)
    let database = URL(fileURLWithPath: site.bridge.database)
    try (Data(count: 4_096) + Data(repeating: 7, count: 8_192)).write(to: database)
    var journal = Data([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7])
    journal += [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x10, 0]
    journal += Data(count: 512 - journal.count)
    try journal.write(to: URL(fileURLWithPath: site.bridge.database + "-journal"))
    try site.bridge.start()
    try site.waitUntilLive()
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try site.wait(forStats: "durable") { $0.durable && $0.presences == 1 }
  }
}
