import Foundation
import Presence
import Testing
import Topics

/// The reader of JSON against Foundation's, over texts that are made from the grammar and then spoiled.
@Suite struct JSONParserTests {
  private static let count =
    ProcessInfo.processInfo.environment["TEXTS_TO_TRY"].flatMap { Int($0) } ?? 4_000

  @Test func `what is taken is what Foundation reads, and what is kept reads the same`() throws {
    var random = Seeded(seed: 8_259)
    for number in 0..<Self.count {
      let text = JSONText.object(&random)
      let kept = try #require(try data(text), "text \(number): \(text)")
      let read = try #require(JSONText.parse(text), "Foundation refuses text \(number): \(text)")
      let isSame = JSONText.parse(kept).map { JSONText.isSame($0, read) } ?? false
      #expect(isSame, "text \(number): \(text) is kept as \(kept)")
      #expect(try data(kept) == kept, "text \(number)")
    }
  }

  @Test func `the same object, spelled in another way, is kept as the same bytes`() throws {
    var random = Seeded(seed: 64)
    for number in 0..<Self.count / 4 {
      let value = JSONText.Value.random(&random, depth: 3)
      let texts = (0..<2).map { _ in #"{"a":\#(value.spelled(&random))}"# }
      #expect(try data(texts[0]) == data(texts[1]), "value \(number): \(texts)")
    }
  }

  @Test func `a long text is read, whether it holds much or little`() {
    let texts = [
      "[" + Array(repeating: "0", count: 60_000).joined(separator: ",") + "]",
      "[" + Array(repeating: "[]", count: 40_000).joined(separator: ",") + "]",
      "\"" + String(repeating: "x", count: 120_000) + "\"",
    ]
    for text in texts {
      let whole = Array(#"{"a":\#(text),"b":7}"#.utf8)
      #expect(whole.withUnsafeBytes { JSONMembers($0)?.integer("b") } == 7)
      #expect(whole.dropLast().withUnsafeBytes { JSONMembers($0) == nil })
    }
  }

  @Test
  func `a number keeps its value, to the last digit of an integer and the last bit of a double`()
    throws
  {
    var random = Seeded(seed: 754)
    for _ in 0..<Self.count {
      let digits = Int.random(in: 1...25, using: &random)
      let number = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let text = "1\(number).\(random.next() % 1000)e\(Int.random(in: -320...280, using: &random))"
      let kept = try #require(try data(#"{"a":\#(text)}"#)).dropFirst(5).dropLast()
      #expect(Double(kept) == Double(text), "\(text) is kept as \(kept)")
      let integer = Int64(truncatingIfNeeded: random.next())
      for text in ["\(integer)", "\(integer).0", "\(integer)0e-1", "\(integer)00.00E-2"] {
        #expect(try data(#"{"a":\#(text)}"#) == #"{"a":\#(integer)}"#)
      }
    }
  }

  @Test func `a spoiled text is refused where Foundation refuses it, but for its known mistakes`() {
    var random = Seeded(seed: 1_627)
    var taken = 0
    for number in 0..<Self.count * 2 {
      let bytes = JSONText.spoiled(JSONText.object(&random), &random)
      let isTaken = bytes.withUnsafeBytes { JSONMembers($0) } != nil
      if isTaken { taken += 1 }
      let read = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
      guard isTaken != (read != nil) else { continue }
      #expect(
        !isTaken && JSONText.isWronglyTaken(bytes),
        "text \(number): \(text(bytes)) (\(bytes)), taken: \(isTaken)")
    }
    #expect(taken > Self.count / 4)
    #expect(taken < Self.count * 7 / 4)
  }
}
