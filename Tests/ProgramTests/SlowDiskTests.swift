import Foundation
import Glibc
import MQTT
import TestSupport
import Testing

/// A disk that takes its time to sync, fails to, or is not given what is in the log.
@Suite(.serialized)
struct SlowDiskTests {
  private func site(_ disk: FaultyDisk, _ settings: [String: String] = [:]) throws -> Site {
    let site = try Site(.v5, settings)
    try site.bridge.stop()
    site.observer.forget()
    try site.bridge.start(shell: disk.line)
    try site.waitUntilLive()
    return site
  }

  /// The keep-alive is long, so that no machine is slow enough for the disk to count as failed. Nothing is read while a
  /// commit follows another at once: so none is under way when the join comes.
  @Test("A sync holds up joins, and neither questions nor the loop")
  func slow() throws {
    let disk = try FaultyDisk()
    let site = try site(disk, ["keepalive": "10m"])
    let asker = TestClient(site.broker, id: "asker")
    try asker.connect()
    try asker.subscribe("presence/answers/asker")
    site.adopt(asker)
    try site.observer.client.subscribe("presence/answers/#")
    let pump = try site.device("pump")
    try site.flush()
    let begun = try disk.syncsBegun()
    try disk.set(.holdsSyncs, 1)
    let joining = try #require(pump.client.connection)
    try joining.publish(
      "presence/clients/pump/rooms/lab", Array("join".utf8), qos: .atLeastOnce, retain: false)
    try site.wait(for: "a sync") { try disk.syncsBegun() > begun }
    let answer = try asker.ask(
      "presence/query", #"{"members":{"room":"lab"}}"#, answerTopic: "presence/answers/asker")
    #expect(answer.text.contains("pump"))
    try site.wait(for: "the answer") { site.observer.newest("answers/asker") != nil }
    #expect(site.observer.count("lab") == nil)
    try disk.set(.holdsSyncs, 0)
    try site.wait("lab", holds: "pump")
    try site.wait(forStats: "durable") { $0.durable && $0.presences == 2 }
    #expect(!site.bridge.log.contains("going on from memory"))
  }

  @Test("Where a sync fails the bridge goes on from memory, and saves all when it works again")
  func failing() throws {
    let disk = try FaultyDisk()
    let site = try site(disk)
    try disk.set(.syncError, Int(EIO))
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try site.wait(forStats: "durable false") { !$0.durable }
    try disk.set(.syncError, 0)
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "its member") { $0.presences == 1 }
  }

  @Test("A file system that becomes read-only is gone on without, and written to when it is not")
  func readOnly() throws {
    let disk = try FaultyDisk()
    let site = try site(disk)
    try disk.set(.logError, Int(EROFS))
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try site.wait(forStats: "durable false") { !$0.durable }
    try disk.set(.logError, 0)
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "its member") { $0.presences == 1 }
  }

  @Test("A sync that never ends is given up, and at the end said to be")
  func hanging() throws {
    let disk = try FaultyDisk()
    let site = try site(disk)
    let pump = try site.device("pump")
    try disk.set(.syncMicroseconds, 60_000_000)
    try pump.join("lab")
    try site.wait("lab", holds: "pump", limit: .seconds(20))
    try site.wait(forStats: "durable false") { !$0.durable }
    #expect(site.bridge.log.contains("going on from memory alone"))
    #expect(try site.bridge.stop(limit: .seconds(50)) == .code(75))
    #expect(site.bridge.log.contains("what was acknowledged since"))
  }

  @Test("A log that cannot be moved into the database is counted and said")
  func checkpoints() throws {
    let disk = try FaultyDisk()
    let site = try site(disk, ["durability": "process"])
    try disk.set(.databaseError, Int(ENOSPC))
    let sender = try site.device("sender")
    let connection = try #require(sender.client.connection)
    for number in 0..<12_000 {
      try connection.publish(
        "presence/clients/c\(number)/rooms/room-\(number)", Array("join".utf8), qos: .atLeastOnce,
        retain: false)
    }
    try site.wait(for: "failures", limit: .seconds(60)) {
      try site.observer.stats().map { $0.checkpoints_failed > 0 } ?? false
    }
    try site.wait(for: "a line on it") { site.bridge.log.contains("cannot be moved into") }
    #expect(try #require(try site.observer.stats()).wal_bytes > 4_000_000)
  }
}
