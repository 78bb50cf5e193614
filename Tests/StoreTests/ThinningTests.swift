import Presence
import Testing

@testable import Store

/// The past grows coarser, and says the same.
@Suite struct ThinningTests {
  private let dawn = Double(Past.dawn)
  private let day = 86_400.0

  /// Some hours of changes, many of them close together, with gaps.
  private func eventful(_ rules: HistoryRules = HistoryRules(), seed: UInt64) throws -> Past {
    var random = Generator(state: seed)
    var past = try Past(rules)
    var time = dawn
    for number in 0..<1_500 {
      let isGap = number % 400 == 399
      let before = time
      time += isGap ? 900 : Double.random(in: 0.2...20, using: &random)
      past.set(time)
      past.fill(["lab", "hall"][number % 2], Int.random(in: 0..<9, using: &random))
      try past.commit(unknownSince: isGap ? Int64(before) + 1 : nil)
    }
    return past
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a thinned past reads as it did before`(seed: UInt64) throws {
    var past = try eventful(seed: seed)
    for (days, step) in [(2.0, 60), (9.0, 3_600)] as [(Double, Int64)] {
      past.settle(at: dawn + days * day + 100)
      let since = past.second - Past.dawn
      let before = try ["lab", "hall"].map { try past.read($0, since: since, step: step) }
      let rows = past.database.historyFigures?.rows ?? 0
      try past.thinAll()
      #expect(past.database.historyFigures?.rows ?? 0 < rows)
      let after = try ["lab", "hall"].map { try past.read($0, since: since, step: step) }
      #expect(zip(before, after).compactMap(firstDifference) == [])
    }
    let rows = past.database.historyFigures?.rows
    try past.reopen()
    #expect(past.database.historyFigures?.rows == rows)
    #expect(try past.rowsOfHistory() == rows)
  }

  private func firstDifference(_ before: [HistoryPoint], _ after: [HistoryPoint]) -> String? {
    for (old, new) in zip(before, after) {
      var same = new
      same.mean = old.mean
      if same != old || abs(new.mean - old.mean) > 1e-9 { return "\(old) was, and is \(new)" }
    }
    return before.count == after.count ? nil : "\(before.count) points were, and are \(after.count)"
  }

  @Test func `seconds last a day, minutes a week`() throws {
    var past = try Past()
    for minute in 0..<120 { try past.fill("lab", minute % 2, at: dawn + Double(minute) * 60 + 7) }
    for (days, steps) in [(1.0, [1]), (1.05, [1, 60]), (1.2, [60]), (7.9, [60]), (8.1, [3_600])] {
      past.settle(at: dawn + days * day)
      try past.thinAll()
      #expect(try past.stepsOfHistory() == steps, "after \(days) days")
    }
  }

  @Test func `what is older than wanted goes, and the count that stood goes on`() throws {
    var rules = HistoryRules()
    rules.keep = 3 * 86_400
    var past = try Past(rules)
    try past.fill("lab", 6, at: dawn)
    try past.fill("gone", 1, at: dawn)
    try past.fill("gone", 0, at: dawn + 50)
    past.settle(at: dawn + 4.1 * day)
    try past.thinAll()
    #expect(past.database.historyFigures?.rows == 0)
    #expect(try past.read("lab", since: 3_600, step: 3_600).last?.words == "6-6 6.0")
    let old = try past.read("lab", since: past.second - Past.dawn, step: 3_600)
    #expect(old.prefix(2).map(\.isKnown) == [false, true])
    #expect(try past.roomsOfHistory() == ["lab"])
  }

  @Test(arguments: [200, 20])
  func `there are never many more rows than allowed`(limit: Int) throws {
    var rules = HistoryRules()
    rules.rowLimit = limit
    var past = try Past(rules)
    for second in 0..<4_000 {
      try past.fill("lab", second % 7, at: dawn + Double(second))
      if second % 50 == 0 { try past.thinAll() }
      #expect(past.database.historyFigures?.rows ?? 0 <= limit + 240)
    }
    #expect(past.database.historyFigures?.thinnedEarly ?? 0 > 0)
    #expect(try past.rowsOfHistory() == past.database.historyFigures?.rows)
    let words = try past.read("lab", since: 1_200, step: 600).map(\.words)
    #expect(
      words.prefix(2).allSatisfy { $0.hasPrefix("0-6 3.0") || $0.hasPrefix("0-6 2.9") }, "\(words)")
  }
}

extension Past {
  func rowsOfHistory() throws -> Int { Int(try number("SELECT count(*) FROM history")) }

  func stepsOfHistory() throws -> [Int] {
    try HistoryStep.allCases.filter {
      try number("SELECT count(*) FROM history WHERE key >> 61 = \($0.tag)") > 0
    }.map { Int($0.rawValue) }
  }

  func roomsOfHistory() throws -> [String] {
    let names = try Statement(database.handle, "SELECT name FROM history_room ORDER BY name")
    var rooms: [String] = []
    while try names.next() {
      if let bytes = names.bytes(0) { rooms.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return rooms
  }

  private func number(_ sql: String) throws -> Int64 { try database.integer(sql) }
}
