import Presence
import Testing

/// What a snapshot lists: members by client, then user; users distinct and sorted; both limited.
@Suite struct SnapshotTests {
  @Test func `members stand in the order of their bytes, and users once`() {
    var stage = Stage()
    for (client, user) in [
      ("b", "zoe"), ("a", "zoe"), ("a", nil), ("ab", "ann"), ("é", nil), ("e\u{301}", nil),
      ("B", "ann"),
      ("a", "ann"), ("abcdefghi", nil), ("abcdefgh", nil), ("z", "é"),
    ] {
      stage.join(client, "lab", user: user)
    }
    #expect(
      stage.members("lab") == [
        "ann/B", "a", "ann/a", "zoe/a", "ann/ab", "abcdefgh", "abcdefghi", "zoe/b", "e\u{301}",
        "é/z", "é",
      ])
    #expect(stage.users("lab") == ["ann", "zoe", "é"])
    #expect(stage.figures("lab") == [11, 3, 5])
  }

  @Test(arguments: [0, 1, 2, 5])
  func `both lists are limited, and the figures are not`(limit: Int) {
    var stage = Stage(rules: .with { $0.membersLimit = limit })
    for name in ["d", "b", "a", "c"] { stage.join(name, "lab", user: "u\(name)") }
    #expect(stage.members("lab") == Array(["ua/a", "ub/b", "uc/c", "ud/d"].prefix(limit)))
    #expect(stage.users("lab") == Array(["ua", "ub", "uc", "ud"].prefix(limit)))
    #expect(stage.figures("lab") == [4, 4, 0])
  }

  /// Large enough for a head, small enough that it shrinks and is made anew all the time.
  @Test(arguments: 0..<12 as Range<UInt64>)
  func `a large room lists what sorting it would`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let limit = [1, 3, 10][Int(seed % 3)]
    var stage = Stage(rules: .with { $0.membersLimit = limit })
    var present: [String] = []
    for step in 0..<700 {
      let isGrowing = present.count < 60 || (present.count < 150 && step / 100 % 2 == 0)
      if isGrowing || Int.random(in: 0..<3, using: &random) == 0 {
        let user = Int.random(in: 0..<40, using: &random)
        let client = "\(Int.random(in: 0..<400, using: &random))"
        let name = user < 5 ? client : "u\(user)/\(client)"
        guard !present.contains(name) else { continue }
        present.append(name)
        stage.join(client, "lab", user: user < 5 ? nil : "u\(user)")
      } else {
        // Mostly from the front, where the head is.
        present.sort { Self.key($0).lexicographicallyPrecedes(Self.key($1)) }
        let end = Bool.random(using: &random) ? min(present.count, limit + 4) : present.count
        let name = present.remove(at: Int.random(in: 0..<end, using: &random))
        let key = Self.key(name)
        stage.leave(key[0], "lab", user: key[1].isEmpty ? nil : key[1])
      }
      if Int.random(in: 0..<4, using: &random) == 0 { check(&stage, present, limit, seed) }
    }
    check(&stage, present, limit, seed)
  }

  @Test func `a large room from which the first keep going lists who is first then`() {
    var stage = Stage(rules: .with { $0.membersLimit = 10 })
    let clients = (1_000..<1_300).map { "\($0)" }
    for client in clients { stage.join(client, "lab", user: "u\(client)") }
    _ = stage.members("lab")
    for gone in 1...200 {
      stage.leave(clients[gone - 1], "lab", user: "u\(clients[gone - 1])")
      if gone % 25 != 0 { continue }
      let first = clients[gone..<gone + 10]
      #expect(stage.members("lab") == first.map { "u\($0)/\($0)" })
      #expect(stage.users("lab") == first.map { "u\($0)" })
    }
  }

  /// Client, then user; without one is before any.
  private static func key(_ name: String) -> [String] {
    let parts = name.split(separator: "/").map(String.init)
    return parts.count == 2 ? [parts[1], parts[0]] : [parts[0], ""]
  }

  private func check(_ stage: inout Stage, _ present: [String], _ limit: Int, _ seed: UInt64) {
    let sorted = present.sorted { Self.key($0).lexicographicallyPrecedes(Self.key($1)) }
    #expect(stage.members("lab") == Array(sorted.prefix(limit)), "seed \(seed)")
    let users = Set(present.map { Self.key($0)[1] }.filter { !$0.isEmpty })
    #expect(stage.users("lab") == Array(users.sorted().prefix(limit)), "seed \(seed)")
    let anonymous = present.count { !$0.contains("/") }
    #expect(stage.figures("lab") == [present.count, users.count, anonymous], "seed \(seed)")
  }
}
