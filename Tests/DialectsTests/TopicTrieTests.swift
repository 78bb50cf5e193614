import Testing

@testable import Dialects

@Suite struct TopicTrieTests {
  private static let patterns = [
    "tele/{client}/LWT", "tele/plug/LWT", "tele/{client}/STATE", "z/{rest...}", "z/bridge/state",
    "a/b/c", "a/{x}/d", "a/{x...}", "+/+/count/{n}", "/lead/{x}", "$SYS/brokers/{node}/up", "{one}",
    "q/{x}/{y...}",
  ]

  /// The pattern that a topic matches, and what it takes.
  private func match(_ topic: String, in patterns: [String] = Self.patterns) throws -> [String] {
    let trie = TopicTrie(try patterns.map { try TopicPattern($0) })
    let bytes = Array(topic.utf8)
    var levels: [UnsafeRawBufferPointer] = []
    return bytes.withUnsafeBytes {
      let number = trie.match($0, into: &levels)
      return number < 0 ? [] : [patterns[number]] + levels.map(Heard.text)
    }
  }

  @Test(arguments: [
    ("tele/lamp/LWT", ["tele/{client}/LWT", "lamp"]), ("tele/plug/LWT", ["tele/plug/LWT"]),
    ("tele/plug/STATE", ["tele/{client}/STATE", "plug"]), ("tele/plug/INFO", []),
    ("z/kitchen/lamp/availability", ["z/{rest...}", "kitchen/lamp/availability"]),
    ("z/bridge/state", ["z/bridge/state"]), ("z/bridge/info", ["z/{rest...}", "bridge/info"]),
    ("z", ["{one}", "z"]), ("z/", ["z/{rest...}", ""]), ("a/b/c", ["a/b/c"]),
    ("a/b/d", ["a/{x}/d", "b"]), ("a/b/e", ["a/{x...}", "b/e"]), ("a/b", ["a/{x...}", "b"]),
    ("r/s/count/5", ["+/+/count/{n}", "5"]), ("/lead/x", ["/lead/{x}", "x"]),
    ("$SYS/brokers/n1/up", ["$SYS/brokers/{node}/up", "n1"]), ("$SYS", []), ("$x/s/count/5", []),
    ("", []), ("/", []), ("q/x", []), ("q//", ["q/{x}/{y...}", "", ""]),
    ("q/x/y/z", ["q/{x}/{y...}", "x", "y/z"]), ("tele//LWT", ["tele/{client}/LWT", ""]),
  ])
  func `a literal goes before a name, a name before the rest`(topic: String, taken: [String]) throws
  {
    #expect(try match(topic) == taken)
  }

  @Test func `without a pattern nothing matches`() throws {
    #expect(try match("a", in: []) == [])
  }

  @Test func `literals of any length are told apart`() throws {
    let patterns =
      (0...20).map { "p/" + String(repeating: "x", count: $0) + "/y" }
      + ["p/aaaaaaaaXbbbbbbbb", "p/aaaaaaaaYbbbbbbbb"]
    for pattern in patterns { #expect(try match(pattern, in: patterns) == [pattern]) }
    #expect(try match("p/aaaaaaaaZbbbbbbbb", in: patterns) == [])
  }

  /// Against trying every pattern in the order of precedence.
  @Test func `the walk finds what trying them all finds`() throws {
    var dice = Dice(state: 7)
    for _ in 0..<300 {
      var patterns: [String] = []
      var filters: Set<String> = []
      for _ in 0..<8 {
        let pattern = dice.pattern()
        if filters.insert(try TopicPattern(pattern).filter).inserted { patterns.append(pattern) }
      }
      for _ in 0..<30 {
        let topic = dice.topic()
        // No topic is empty (MQTT 5, 4.7.3).
        if topic.isEmpty { continue }
        #expect(try match(topic, in: patterns).first == Self.best(topic, patterns), "\(patterns)")
      }
    }
  }

  /// Ranks level by level: a literal first, then a single level, then the rest.
  private static func best(_ topic: String, _ patterns: [String]) -> String? {
    let matching = patterns.filter { pattern in matches(pattern, topic) }
    func rank(_ pattern: String) -> [Int] {
      pattern.split(separator: "/", omittingEmptySubsequences: false)
        .map { $0.hasSuffix("...}") ? 2 : $0.hasPrefix("{") ? 1 : 0 }
    }
    return matching.min { rank($0).lexicographicallyPrecedes(rank($1)) }
  }

  private static func matches(_ pattern: String, _ topic: String) -> Bool {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    if topic.hasPrefix("$"), pattern.hasPrefix("{") { return false }
    for (depth, part) in parts.enumerated() {
      guard depth < levels.count else { return false }
      if part.hasSuffix("...}") { return true }
      if !part.hasPrefix("{"), part != levels[depth] { return false }
    }
    return parts.count == levels.count
  }
}

/// The same throws in every run (an xorshift by Marsaglia).
struct Dice {
  var state: UInt64

  mutating func throwOne(of count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(count))
  }

  mutating func pattern() -> String {
    let depth = 1 + throwOne(of: 4)
    var parts: [String] = []
    for level in 0..<depth {
      switch throwOne(of: 6) {
      case 0...2: parts.append(["a", "b", "$c"][throwOne(of: 3)])
      case 3...4: parts.append("{n\(level)}")
      default: return (parts + ["{r...}"]).joined(separator: "/")
      }
    }
    return parts.joined(separator: "/")
  }

  mutating func topic() -> String {
    (0...throwOne(of: 4)).map { _ in ["a", "b", "$c", "d", ""][throwOne(of: 5)] }
      .joined(separator: "/")
  }
}
