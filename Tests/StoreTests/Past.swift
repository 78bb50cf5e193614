import Presence
import Testing

@testable import Store

/// A shelf whose database keeps history, and clients who come and go at given times.
struct Past {
  var shelf: Shelf
  var database: Database
  var rules = HistoryRules()
  private(set) var counts: [String: Int] = [:]
  /// Seconds since 1970; a full day.
  static let dawn: Int64 = 1_699_920_000

  init(_ rules: HistoryRules = HistoryRules()) throws {
    shelf = try Shelf()
    self.rules = rules
    database = try shelf.open()
    try database.keepHistory(rules)
    set(Double(Self.dawn))
  }

  var second: Int64 { shelf.now.wall / 1_000 }

  /// The time, in seconds since 1970.
  mutating func set(_ seconds: Double) {
    shelf.now.wall = Int64((seconds * 1_000).rounded())
  }

  /// So many are in a room from now on.
  mutating func fill(_ room: String, _ count: Int) {
    let before = counts[room] ?? 0
    counts[room] = count
    for number in before..<max(before, count) { shelf.join("\(room)-\(number)", room) }
    for number in count..<max(before, count) { shelf.leave("\(room)-\(number)", room) }
    shelf.announce()
  }

  mutating func commit(unknownSince: Int64? = nil) throws {
    var row = BridgeRow(revision: 7, aliveAt: shelf.now.wall)
    row.unknownSince = unknownSince.map { $0 * 1_000 }
    var unsaved = shelf.engine.takeUnsaved()
    while try !database.commit(&unsaved, of: shelf.engine, bridge: row) {}
  }

  /// At a time, so many are in a room, and that is committed.
  mutating func fill(_ room: String, _ count: Int, at seconds: Double) throws {
    set(seconds)
    fill(room, count)
    try commit()
  }

  /// The clock is set to a time, and goes on until it is believed.
  mutating func settle(at seconds: Double) {
    for minute in 0...10 {
      set(seconds - 600 + Double(minute) * 60)
      database.history?.clock.see(second)
    }
  }

  mutating func thinAll() throws {
    while try database.thinHistory(at: shelf.now.wall) {}
  }

  func read(_ room: String, since: Int64, step: Int64) throws -> [HistoryPoint] {
    let scan = try database.history(
      of: Array(room.utf8), since: since, step: step, at: shelf.now.wall)
    guard let scan else { return [] }
    while try !scan.advance() {}
    return scan.points
  }

  mutating func reopen() throws {
    database = try shelf.open(owner: 2)
    try database.keepHistory(rules)
  }
}

extension HistoryPoint {
  var words: String {
    isKnown ? "\(low)-\(high) \((mean * 100).rounded() / 100)" : "?"
  }
}
