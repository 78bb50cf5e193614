import Glibc
import TestSupport
import Testing

/// Another process that holds the write lock of a database, until it is released or let go of.
final class DatabaseLock {
  private let child: ChildProcess
  var holder: pid_t { child.id }

  init(_ database: String) throws {
    child = try ChildProcess(
      "sqlite3",
      [
        // A commit of the bridge may be under way.
        "-cmd", ".timeout 20000", "-cmd", "BEGIN IMMEDIATE;", database,
        ".shell echo locked; sleep 120",
      ])
    guard waitUntil({ [child] in child.output.contains("locked") }) else {
      throw TestFailure("no lock: \(child.errors)")
    }
  }

  /// SQLite's locks are the process's, and go with it.
  func release() {
    child.send(SIGKILL)
    child.waitForExit()
  }
}
