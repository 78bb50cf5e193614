import Foundation
import Glibc
import TestSupport

/// A disk of a few hundred KiB, in memory. Only root can make one.
final class SmallDisk {
  let directory: TemporaryDirectory

  init(kilobytes: Int) throws {
    directory = try TemporaryDirectory()
    try ChildProcess.run(
      "mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", directory.path])
  }

  deinit { _ = try? ChildProcess.run("umount", ["-l", directory.path]) }

  static let isPossible: Bool = geteuid() == 0 && (try? SmallDisk(kilobytes: 64)) != nil

  /// Takes all the space that is left.
  func fill() throws {
    let path = try directory.write("", to: "filler")
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    for size in [4096, 512, 1] { while (try? file.write(contentsOf: Data(count: size))) != nil {} }
  }

  func makeReadOnly() throws {
    try ChildProcess.run("mount", ["-o", "remount,ro", directory.path])
  }

  func makeWritable() throws {
    try ChildProcess.run("mount", ["-o", "remount,rw", directory.path])
  }

  func free() throws { try FileManager.default.removeItem(atPath: directory.file("filler")) }
}
