import Foundation
import TestSupport
import Testing

/// `rollcall history` beside a bridge that runs.
@Suite struct RoomHistoryTests {
  private func history(_ site: Site, _ room: String, _ arguments: String...) throws
    -> ProgramRun.Result
  {
    let child = try ProgramRun.start(
      ["history", room, "--database", site.bridge.database] + arguments)
    let status = child.waitForExit(limit: .seconds(20))
    return .init(status: status, lines: ProgramRun.lines(child.output), errors: child.errors)
  }

  private struct Point: Decodable {
    var min: Int?
    var mean: Double?
    var max: Int?
  }

  private func points(_ site: Site, _ room: String) throws -> [Point] {
    let result = try history(site, room, "--since", "30s", "--step", "1s", "--json")
    #expect(result.status == .code(0), "\(result.errors)")
    return try result.lines.map { try JSONDecoder().decode(Point.self, from: Data($0.utf8)) }
  }

  @Test func `a change is in the history as soon as it is announced, and after a crash`() throws {
    let site = try Site()
    try site.device("a").join("lab")
    try site.wait("lab", holds: "a")
    #expect(try points(site, "lab").last?.max == 1)
    try site.device("b").join("lab")
    try site.wait("lab", holds: "a", "b")
    try site.bridge.kill()
    #expect(try points(site, "lab").contains { $0.max == 2 })
    let killed = ContinuousClock.now
    try site.run(for: .milliseconds(3_300)) { ContinuousClock.now - killed > .milliseconds(3_200) }
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait(for: "the time that it was down to be a gap") {
      let points = try points(site, "lab")
      let gap = points.lastIndex { $0.max == nil } ?? 0
      return gap > 0 && points[..<gap].contains { $0.max == 2 } && points.last?.min == 2
    }
    #expect(try site.bridge.stop() == .code(0))
  }

  @Test func `without a history there is none`() throws {
    let site = try Site(.v5, ["history": "off"])
    try site.device("a").join("lab")
    try site.wait("lab", holds: "a")
    let off = try history(site, "lab")
    #expect(off.status == .code(1))
    #expect(off.errors.hasSuffix(".db: no history is kept in it\n"))
    #expect(try site.bridge.stop() == .code(0))
  }

  @Test func `what cannot be read is said in words`() throws {
    let site = try Site()
    // The history begins with the first commit.
    try site.device("a").join("lab")
    try site.wait("lab", holds: "a")
    #expect(
      try history(site, "nowhere").errors == "rollcall: no history of a room 'nowhere' is kept\n")
    let folder = try TemporaryDirectory()
    let other = try folder.write("no database, and long enough for a header of one", to: "x.db")
    let wrong = try ProgramRun.run("history", "lab", "--database", other)
    #expect(wrong.status == .code(1))
    #expect(wrong.errors.contains("is not a database"))
    let usage = try ProgramRun.run("history", "lab", "--since", "30d", "--step", "1s")
    #expect(usage.status == .code(2))
    let both = try ProgramRun.run("history", "lab", "--csv", "--json")
    #expect(both.status == .code(2) && both.errors.contains("take one"))
    // The tests run where there is no rollcall.db.
    let unnamed = try ProgramRun.run("history", "lab")
    #expect(unnamed.status == .code(1))
    #expect(unnamed.errors.contains("with --config, or the file with --database"))
  }
}
