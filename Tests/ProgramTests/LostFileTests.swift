import Foundation
import Glibc
import MQTT
import TestSupport
import Testing

/// Somebody deletes, cuts or replaces the database's files under the bridge.
@Suite(.serialized)
struct LostFileTests {
  enum Loss: String, CaseIterable {
    case database, log, index, cutLog, all, older

    func happen(to path: String) throws {
      let manager = FileManager.default
      switch self {
      case .database: try manager.removeItem(atPath: path)
      case .log: try manager.removeItem(atPath: path + "-wal")
      case .index: try manager.removeItem(atPath: path + "-shm")
      case .cutLog: truncate(path + "-wal", 0)
      case .all:
        for suffix in ["", "-wal", "-shm"] { try manager.removeItem(atPath: path + suffix) }
      case .older:
        try ChildProcess.run("sqlite3", [path, "VACUUM INTO '\(path)-copy'"])
        rename(path + "-copy", path)
      }
    }
  }

  @Test("What was lost is noticed, and the whole state written anew", arguments: Loss.allCases)
  func lost(loss: Loss) throws {
    let site = try Site()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try loss.happen(to: site.bridge.database)
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait(for: "a line on it") { site.bridge.log.contains("going on from memory alone") }
    try site.wait(for: "a line on its end") { site.bridge.log.contains("can be written again") }
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "both") { $0.presences == 2 }
  }

  @Test("A file that is not ours and takes the database's place stays as it is")
  func foreign() throws {
    let site = try Site()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    let database = site.bridge.database
    try site.bridge.directory.write("a letter", to: "letter")
    rename(site.bridge.directory.file("letter"), database)
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait(forStats: "durable false") { !$0.durable }
    try site.wait(for: "words") { site.bridge.log.contains("is not a database") }
    #expect(FileManager.default.contents(atPath: database) == Data("a letter".utf8))
    try FileManager.default.removeItem(atPath: database)
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "both") { $0.presences == 2 }
  }

  /// It runs without the rights of root, whom no directory is barred to.
  @Test("A barred way to the database keeps nothing out of it", arguments: [true, false])
  func barred(isKilled: Bool) throws {
    let site = try Site()
    try site.bridge.stop()
    let directory = site.bridge.directory.path
    defer { chmod(directory, 0o700) }
    try giveToNobody(directory)
    try site.bridge.start(shell: Self.asNobody + #"exec $as "$0" run --config "$1""#)
    try site.waitUntilLive()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    chmod(directory, 0)
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    let before = site.observer.messages("bridge/stats").count
    try site.wait(for: "stats") { site.observer.messages("bridge/stats").count > before + 1 }
    #expect(try site.observer.stats()?.durable == true)
    #expect(!site.bridge.log.contains("going on from memory alone"))
    if isKilled {
      try site.bridge.kill()
    } else {
      #expect(try site.bridge.stop() == .code(0))
    }
    chmod(directory, 0o700)
    try site.bridge.start(shell: Self.asNobody + #"exec $as "$0" run --config "$1""#)
    try site.wait(forStats: "both") { $0.presences == 2 }
  }

  private static let asNobody =
    #"test "$(id -u)" != 0 || as="setpriv --reuid 65534 --regid 65534 --clear-groups"; "#

  private func giveToNobody(_ directory: String) throws {
    guard geteuid() == 0 else { return }
    try ChildProcess.run("chown", ["-R", "65534:65534", directory])
  }

  @Test("Another process's lock holds nobody up, and what it kept out is written after it")
  func locked() throws {
    let site = try Site()
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    let lock = try DatabaseLock(site.bridge.database)
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try site.wait(forStats: "durable false") { !$0.durable }
    #expect(site.bridge.log.contains("locked by process \(lock.holder) (sqlite3)"))
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    lock.release()
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "both") { $0.presences == 2 }
  }

  @Test("At the start a lock is waited for, and said to be")
  func lockedAtTheStart() throws {
    let site = try Site()
    try site.bridge.stop()
    let lock = try DatabaseLock(site.bridge.database)
    try site.bridge.start()
    try site.wait(for: "a line on it") {
      site.bridge.log.contains("waiting for the database")
        && site.bridge.log.contains("locked by process \(lock.holder)")
    }
    lock.release()
    try site.waitUntilLive()
  }

  @Test("A reader's old state holds nobody up, and the log's length is told")
  func snapshot() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.join("before")
    try site.wait("before", holds: "pump")
    let reader = try ChildProcess(
      "sqlite3",
      [
        "-cmd", "BEGIN; SELECT count(*) FROM client;", site.bridge.database,
        ".shell echo reading; sleep 120",
      ])
    #expect(waitUntil { reader.output.contains("reading") })
    let connection = try #require(pump.client.connection)
    for number in 0..<3_000 {
      try connection.publish(
        "presence/clients/c\(number)/rooms/lab", Array("join".utf8), qos: .atLeastOnce,
        retain: false)
    }
    try site.wait(for: "all", limit: .seconds(30)) { site.observer.count("lab") == 3_000 }
    try site.wait(forStats: "a log") { $0.durable && $0.wal_bytes > 300_000 }
    reader.send(SIGKILL)
    #expect(try site.bridge.stop() == .code(0))
    #expect(!FileManager.default.fileExists(atPath: site.bridge.database + "-wal"))
  }

  @Test("A copy that was made while it ran, and is put back, is read or set aside")
  func copied() throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let database = site.bridge.database
    try ChildProcess.run("cp", [database, database + ".copy"])
    try site.bridge.stop()
    try ChildProcess.run("cp", [database + ".copy", database])
    site.observer.forget()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait(forStats: "its member") { $0.presences == 1 }
  }
}
