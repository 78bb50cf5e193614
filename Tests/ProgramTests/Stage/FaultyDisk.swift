import Foundation
import TestSupport

/// Has a bridge's calls to the disk take their time, or fail, and its wall clock show another time: through a library that is loaded before the system's.
final class FaultyDisk {
  /// What can be set, by its place in `struct disk_shim`.
  enum Fault: Int {
    case syncMicroseconds, syncError, databaseError, logError, holdsSyncs, syncsBegun,
      wallMilliseconds
  }

  private let directory: TemporaryDirectory
  private let control: String
  private let library: String

  init() throws {
    directory = try TemporaryDirectory()
    control = try directory.write(String(repeating: "\0", count: 56), to: "faults")
    library = try ChildProcess.built("libDiskShim.so")
  }

  /// For ``BridgeProcess/start(shell:)``.
  var line: String {
    "LD_PRELOAD='\(library)' DISK_SHIM='\(control)' exec \"$0\" run --config \"$1\""
  }

  func set(_ fault: Fault, _ value: Int) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: control))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(fault.rawValue * 8))
    try file.write(contentsOf: withUnsafeBytes(of: Int64(value).littleEndian) { Data($0) })
  }

  /// How many syncs were asked for; those that are held count as well.
  func syncsBegun() throws -> Int64 {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: control))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(Fault.syncsBegun.rawValue * 8))
    let bytes = try file.read(upToCount: 8) ?? Data()
    return bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
  }
}
