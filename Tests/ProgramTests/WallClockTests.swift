import Foundation
import TestSupport
import Testing

/// The wall clock of the bridge's machine goes elsewhere: through a library that is loaded before the system's.
@Suite(.serialized)
struct WallClockTests {
  private static let day = 86_400_000

  private func site(_ disk: FaultyDisk, _ settings: [String: String] = [:]) throws -> Site {
    let site = try Site(.v5, settings)
    try site.bridge.stop()
    try FreshDatabase.remove(site.bridge)
    site.observer.forget()
    try site.bridge.start(shell: disk.line)
    try site.waitUntilLive()
    return site
  }

  private struct Point: Decodable {
    var min: Int?
    var max: Int?
  }

  /// By the test's own clock, which is right.
  private func points(_ site: Site, _ since: String) throws -> [Point] {
    let child = try ProgramRun.start([
      "history", "lab", "--database", site.bridge.database, "--since", since, "--step", "1s",
      "--json",
    ])
    guard child.waitForExit(limit: .seconds(20)) == .code(0) else { return [] }
    return try ProgramRun.lines(child.output).map {
      try JSONDecoder().decode(Point.self, from: Data($0.utf8))
    }
  }

  /// The bridge has published its stats a few times, as its clock shows the time now.
  private func wait(_ site: Site, forStatsOf year: Int) throws {
    let seen = site.observer.messages("bridge/stats").count
    try site.wait(for: "stats of \(year)") {
      let new = site.observer.messages("bridge/stats").dropFirst(seen)
      return new.count > 2 && new.suffix(2).allSatisfy { $0.text.contains("\"at\":\"\(year)-") }
    }
  }

  private var thisYear: Int { Calendar(identifier: .gregorian).component(.year, from: Date()) }

  @Test("Two years ahead for a moment removes nobody, and the history is as if it had not been")
  func ahead() throws {
    let disk = try FaultyDisk()
    let site = try site(disk, ["heartbeat_timeout": "2s"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    site.beating = [pump, valve]
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try disk.set(.wallMilliseconds, 2 * 366 * Self.day)
    try wait(site, forStatsOf: thisYear + 2)
    try valve.join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try disk.set(.wallMilliseconds, 0)
    try wait(site, forStatsOf: thisYear)
    let gauge = try site.device("gauge")
    site.beating.append(gauge)
    try gauge.join("lab")
    try site.wait("lab", holds: "gauge", "pump", "valve")
    try site.expectNobodyRemoved()
    try site.wait(for: "three in the history") { try points(site, "60s").last?.max == 3 }
    let seen = try points(site, "60s")
    #expect(seen.contains { $0.min ?? 3 < 3 }, "\(seen)")
  }

  @Test(
    "Killed in 1970 and started with the right time, it revives who was removed a moment before")
  func neverSet() throws {
    let disk = try FaultyDisk()
    try disk.set(.wallMilliseconds, -Int(Date().timeIntervalSince1970 * 1_000))
    let site = try site(disk)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    try wait(site, forStatsOf: 1970)
    pump.vanish()
    try site.wait("lab")
    try site.bridge.kill()
    try disk.set(.wallMilliseconds, 0)
    site.observer.forget()
    try site.bridge.start(shell: disk.line)
    try site.waitUntilLive()
    try pump.client.connect()
    try pump.beat()
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab") == ["+pump revived"])
  }

  @Test("The time in which the machine was suspended is a gap in the history")
  func suspended() throws {
    let disk = try FaultyDisk()
    try disk.set(.wallMilliseconds, -60_000)
    let site = try site(disk, ["keepalive": "30s"])
    let pump = try site.device("pump")
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    site.bridge.pause()
    try disk.set(.wallMilliseconds, 0)
    site.bridge.resume()
    var seen: [Point] = []
    let isThere = try site.run(for: .seconds(20)) {
      seen = try points(site, "120s")
      let known = seen.indices.filter { seen[$0].max == 1 }
      guard let first = known.first, let last = known.last else { return false }
      return seen[first...last].count { $0.max == nil } > 40
    }
    #expect(isThere, "\(seen) \(site.bridge.log)")
    try site.expectNobodyRemoved()
  }
}
