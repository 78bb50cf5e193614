import Foundation
import Glibc
import Presence
import Store
import TestSupport
import Testing

/// What may stand where the database is to be.
@Suite struct OpeningTests {
  private func words(_ shelf: Shelf) -> String? {
    guard case .unopenable(_, let reason) = shelf.refusal() else { return nil }
    return reason
  }

  @Test(.timeLimit(.minutes(1))) func `a named pipe is not waited for`() throws {
    let shelf = try Shelf()
    #expect(mkfifo(shelf.path, 0o600) == 0)
    #expect(words(shelf) == "it is a named pipe, not a file")
  }

  @Test func `a directory, and a socket or device`() throws {
    let shelf = try Shelf()
    mkdir(shelf.path, 0o700)
    #expect(words(shelf) == "it is a directory, not a file")
    rmdir(shelf.path)
    symlink("/dev/null", shelf.path)
    #expect(words(shelf) == "it is a device or a socket, not a file")
  }

  @Test func `a link to nothing makes nothing, and a link to a database is one`() throws {
    let shelf = try Shelf()
    let target = shelf.directory.file("elsewhere.db")
    #expect(symlink(target, shelf.path) == 0)
    #expect(words(shelf) == "it is a link to \(target), which is not there")
    #expect(!FileManager.default.fileExists(atPath: target))
    _ = try Database(path: target, durability: .process, owner: 1)
    #expect(shelf.refusal() == nil)
  }

  @Test(arguments: [-1, -2_147_483_648]) func `a version that no program has made is damage`(
    version: Int
  ) throws {
    let shelf = try Shelf()
    _ = try shelf.open()
    try sqlite(shelf.path, "PRAGMA user_version = \(version)")
    #expect(shelf.refusal() == .damaged(path: shelf.path, reason: "its version is \(version)"))
  }

  /// The journal of a transaction that began with an empty file, as SQLite has it (sqlite.org/fileformat2.html).
  private func journal(pages: UInt8) -> Data {
    var bytes = Data([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7])
    bytes += [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, pages, 0, 0, 2, 0, 0, 0, 0x10, 0]
    return bytes + Data(count: 512 - bytes.count)
  }

  @Test(arguments: [0, 1]) func `a creation that was cut off is begun anew, and nothing else is`(
    pages: UInt8
  ) throws {
    let shelf = try Shelf()
    let later = Data(count: 4_096) + Data(repeating: 7, count: 8_192)
    try later.write(to: URL(fileURLWithPath: shelf.path))
    let place = URL(fileURLWithPath: shelf.path + "-journal")
    try journal(pages: pages).write(to: place)
    #expect(shelf.refusal() == (pages == 0 ? nil : .notADatabase(path: shelf.path)))
    if pages > 0 { #expect(shelf.bytes == later) }
  }

  @Test func `another program's tables are refused, whatever its file's first page says`() throws {
    let shelf = try Shelf()
    try sqlite(shelf.path, "CREATE TABLE theirs(x)")
    let before = shelf.bytes
    #expect(shelf.refusal() == .foreign(path: shelf.path))
    #expect(shelf.bytes == before)
  }
}
