import Testing

@testable import Dialects

@Suite struct TopicPatternTests {
  @Test(arguments: [
    ("tele/{client}/LWT", "tele/+/LWT", ["client"]),
    ("a/+/{b}/{c...}", "a/+/+/#", ["b", "c"]),
    ("{x}", "+", ["x"]), ("{x...}", "#", ["x"]), ("/a", "/a", []), ("a/", "a/", []),
    ("$SYS/brokers/{node}", "$SYS/brokers/+", ["node"]), ("größe/{client}", "größe/+", ["client"]),
    ("a/\u{301}/{b}", "a/\u{301}/+", ["b"]),
  ])
  func `a pattern is subscribed to as a filter`(text: String, filter: String, names: [String])
    throws
  {
    let pattern = try TopicPattern(text)
    #expect(pattern.filter == filter)
    #expect(pattern.names == names)
  }

  @Test(arguments: [
    "", "a/#", "a/b+", "a/x{client}", "a/{client}x", "a/{}", "a/{...}", "a/{A}", "a/{a b}",
    "a/{x...}/b", "a/{x}/{x}", "a/{x}/{x...}", "{", "a/}", String(repeating: "a", count: 1025),
    "a\u{ffff}/{x}", "a\t/{x}", "a\u{85}", "a/b+\u{301}", "+\u{301}", "#\u{301}/{x}",
    String(repeating: "a/", count: 199) + "{x}",
  ])
  func `what is no pattern is refused`(text: String) {
    #expect(throws: TopicPattern.Problem.self) { try TopicPattern(text) }
  }

  @Test(arguments: [
    ("a/b", "a/b", true), ("a/b", "a/c", false), ("a/{x}", "a/b", true), ("a/{x}", "a/b/c", false),
    ("a/{x...}", "a/b/c", true), ("a/{x...}", "a", false), ("a/{x...}", "b/c", false),
    ("{x}/b", "a/{y}", true), ("{x}/b", "a/c", false), ("a/+/c/{x...}", "a/b/{y}/d", true),
    ("{x}/b", "$SYS/b", false), ("{x...}", "$SYS/b", false), ("$SYS/{x}", "$SYS/b", true),
    ("a", "a/b", false), ("+/+", "{x...}", true),
  ])
  func `patterns overlap where a topic matches both`(left: String, right: String, overlap: Bool)
    throws
  {
    let (left, right) = (try TopicPattern(left), try TopicPattern(right))
    #expect(left.overlaps(right) == overlap)
    #expect(right.overlaps(left) == overlap)
  }

  @Test(arguments: [
    ("a/{x...}", "a/b", true), ("a/b", "a/{x...}", false), ("a/{x}", "a/b", true),
    ("a/{x}", "a/{y...}", false), ("a/b", "a/{x}", false), ("{x...}", "$SYS/b", false),
    ("a/{x}", "a/+", true), ("a/{x}/c", "a/b", false), ("a/b", "a/b/c", false),
  ])
  func `a pattern covers another if every topic of that matches`(
    left: String, right: String, covers: Bool
  ) throws {
    #expect(try TopicPattern(left).covers(try TopicPattern(right)) == covers)
  }
}
