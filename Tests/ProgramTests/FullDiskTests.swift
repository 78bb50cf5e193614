import Foundation
import Glibc
import MQTT
import TestSupport
import Testing

/// Behaviour 10 when the disk is full.
@Suite(.serialized)
struct FullDiskTests {
  @Test(
    "On a full disk the bridge goes on from memory, says so, and is durable again when it can be",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func full() throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let site = try Site(.v5, ["database": disk.directory.file("rollcall.db")])
    let pump = try site.device("pump")
    try pump.join("before")
    try site.wait("before", holds: "pump")
    try disk.fill()

    let sender = try site.device("sender")
    let connection = try #require(sender.client.connection)
    for number in 0..<2000 {
      try connection.publish(
        "presence/clients/c\(number)/rooms/lab", Array("join".utf8), qos: .atLeastOnce,
        retain: false)
    }
    try site.wait(for: "2,000 members") { site.observer.count("lab") == 2000 }
    try site.wait(forStats: "durable false") { !$0.durable && $0.presences == 2001 }
    #expect(site.bridge.log.contains("going on from memory"))
    try pump.leave("before")
    try site.wait(for: "an empty room") { site.observer.count("before") == 0 }

    try disk.free()
    try site.wait(forStats: "durable true") { $0.durable }
    try site.bridge.kill()
    site.observer.forget()
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait(forStats: "its whole state") { $0.presences == 2000 }
    try site.flush()
    #expect(try site.observer.words("lab") == [])
    #expect(site.observer.count("before") == nil)
    #expect(try site.retained()["count/lab"]?.text == "2000")
  }

  /// A thousand joins that were acknowledged while the disk was full.
  private func crowd(on disk: SmallDisk) throws -> Site {
    let site = try Site(.v5, ["database": disk.directory.file("rollcall.db")])
    let sender = try site.device("sender")
    try disk.fill()
    let connection = try #require(sender.client.connection)
    for number in 0..<1_000 {
      try connection.publish(
        "presence/clients/c\(number)/rooms/lab", Array("join".utf8), qos: .atLeastOnce,
        retain: false)
    }
    try site.wait(for: "1,000 members") { site.observer.count("lab") == 1_000 }
    try site.wait(forStats: "durable false") { !$0.durable }
    return site
  }

  @Test(
    "A disk that is freed a moment before SIGTERM gets all that was acknowledged",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func freedAtTheEnd() throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let site = try crowd(on: disk)
    try disk.free()
    #expect(try site.bridge.stop() == .code(0))
    try site.bridge.start()
    try site.wait(forStats: "all of them") { $0.presences == 1_000 }
  }

  @Test(
    "A disk that stays full at SIGTERM is said to have cost what was acknowledged, with 75",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func fullAtTheEnd() throws {
    let site = try crowd(on: try SmallDisk(kilobytes: 1024))
    #expect(try site.bridge.stop(limit: .seconds(40)) == .code(75))
    #expect(site.bridge.log.contains("what was acknowledged since"))
  }

  @Test(
    "A disk that is full at the start is waited for, and said to be",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func fullAtTheStart() throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let site = try Site(.v5, ["database": disk.directory.file("rollcall.db")])
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try site.bridge.stop()
    try disk.fill()
    try site.bridge.start()
    try site.wait(for: "a line on it") { site.bridge.log.contains("waiting for the database") }
    try disk.free()
    try site.waitUntilLive()
    try site.wait(forStats: "its member") { $0.presences == 1 }
  }

  @Test(
    "A read-only file system at the start is waited for, and said to be",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func readOnly() throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let site = try Site(.v5, ["database": disk.directory.file("rollcall.db")])
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try site.bridge.stop()
    try disk.makeReadOnly()
    try site.bridge.start()
    try site.wait(for: "a line on it") { site.bridge.log.contains("waiting for the database") }
    try disk.makeWritable()
    try site.waitUntilLive()
    try site.wait(forStats: "its member") { $0.presences == 1 }
  }
}
