import Foundation
import Presence
import RecordingDisk
import TestSupport
import Testing

@testable import Store

/// The power is cut at any moment of a database's life, its making included. `ROLLCALL_CUTS=1000 swift test --filter
/// PowerCutTests` cuts it more often than a usual run does.
@Suite struct PowerCutTests {
  /// In a process of its own: it has a file system of its own.
  @Test func `with durability power nothing that was committed is ever lost`() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      PowerCutTrial.run(.power) { found, acknowledged in found >= acknowledged }
    }
    tell(result)
  }

  @Test func `with durability process it is whole, and as it was a while ago`() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      PowerCutTrial.run(.process) { _, _ in true }
    }
    tell(result)
  }

  private func tell(_ result: ExitTest.Result?) {
    let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    if !words.isEmpty { Issue.record("\(words)") }
  }
}

/// Many commits, with checkpoints and logs that begin anew among them, and what is left of them after a cut.
struct PowerCutTrial {
  private static let commits = 60
  private static let cuts =
    ProcessInfo.processInfo.environment["ROLLCALL_CUTS"].flatMap { Int($0) } ?? 120

  private var shelf: Shelf
  private let durability: Durability
  /// The rows after each commit; before the first there are none.
  private var states: [[String]] = [[]]

  init(_ durability: Durability) throws {
    self.durability = durability
    shelf = try Shelf()
  }

  /// Says on standard error where a trial fails, and why.
  static func run(_ durability: Durability, _ isRight: (Int, Int) -> Bool) {
    do { try PowerCutTrial(durability).run(isRight) } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
    }
  }

  /// - Parameter isRight: whether the commit that was found is, where another was acknowledged.
  private func run(_ isRight: (Int, Int) -> Bool) throws {
    var trial = self
    try trial.live()
    var random = Generator(state: 1)
    for cut in 0..<Self.cuts {
      let calls = Int64.random(in: 0...recording_count(), using: &random)
      do { try trial.check(after: calls, seed: UInt64(cut), isRight) } catch {
        throw TestFailure("after \(calls) calls, seed \(cut): \(error)")
      }
    }
  }

  private mutating func live() throws {
    guard recording_begin(shelf.path) == 0 else { throw TestFailure("no recording") }
    var limits = CommitLimits()
    (limits.step, limits.log) = (15, 40)
    let database = try Database(
      path: shelf.path, durability: durability, owner: 1, limits: limits)
    try database.keepHistory(HistoryRules())
    recording_mark(0)
    for number in 1...Self.commits {
      for client in 0..<5 { shelf.join("client-\(number)-\(client)", "room-\(number % 7)") }
      if number > 3 { shelf.leave("client-\(number - 3)-1", "room-\((number - 3) % 7)") }
      shelf.now.wall += 1_000
      try shelf.commit(to: database, revision: Int64(number))
      states.append(rows(of: shelf.engine))
      recording_mark(Int64(number))
    }
  }

  private func check(after calls: Int64, seed: UInt64, _ isRight: (Int, Int) -> Bool) throws {
    var cut = PowerCut(after: calls, seed: seed)
    let directory = try TemporaryDirectory()
    let path = directory.file("rollcall.db")
    try cut.restore(to: path)
    let acknowledged =
      (0..<calls).map { recording_at($0) }
      .last { $0.kind == RECORDED_MARK.rawValue }.map { Int($0.place) } ?? 0
    let database = try Database(path: path, durability: .process, owner: 2)
    var engine = Engine(rules: Shelf.rules)
    try database.load(into: &engine, at: shelf.now)
    try database.keepHistory(HistoryRules())
    let found = rows(of: engine)
    // What was under way may be there, too.
    guard
      let number = states.prefix(acknowledged + 2).lastIndex(of: found),
      isRight(number, acknowledged)
    else {
      throw TestFailure("not commit \(acknowledged)")
    }
  }
}
