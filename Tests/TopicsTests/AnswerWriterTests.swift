import Testing
import Topics

/// Answers that have to fit into a message.
@Suite struct AnswerWriterTests {
  private func members(_ data: [Int], maxBytes: Int, more: Bool = false) -> String {
    let members = data.enumerated().map { place, length in
      MemberInput(
        client: borrowed("c\(place)"), since: 0,
        data: Array(#"{"x":"\#(String(repeating: "y", count: length))"}"#.utf8))
    }
    let writer = AnswerWriter(id: nil)
    return String(
      decoding: writer.members(
        of: Array("lab".utf8), count: 9, members, more: more, maxBytes: maxBytes), as: UTF8.self)
  }

  @Test func `what does not fit is for the next page`() {
    #expect(members([1, 1], maxBytes: 1_000).contains(#""client":"c1""#))
    let page = members([1, 500], maxBytes: 300)
    #expect(page.contains(#""client":"c0","since":"1970-01-01T00:00:00.000Z","data":{"x":"y"}"#))
    #expect(!page.contains("c1"))
    #expect(page.hasSuffix(#"],"more":true}}"#))
  }

  /// Else whoever pages would ask for it for ever.
  @Test func `a member that no message has room for comes without its data`() {
    let page = members([500, 500], maxBytes: 300)
    #expect(
      page == #"{"members":{"room":"lab","count":9,"members":"#
        + #"[{"client":"c0","since":"1970-01-01T00:00:00.000Z"}],"more":true}}"#)
    #expect(members([500], maxBytes: 300).hasSuffix(#"Z"}],"more":false}}"#))
    #expect(members([500], maxBytes: 300, more: true).hasSuffix(#"Z"}],"more":true}}"#))
    #expect(members([1], maxBytes: 100) == #"{"error":"the answer is too long for the broker"}"#)
  }

  @Test func `an answer that cannot be given still says to which question`() {
    let answer = AnswerWriter(id: .integer(7)).history(
      of: Array("lab".utf8), step: 60, points: [(at: 0, min: 0, max: 1, mean: 0.5)], maxBytes: 100)
    #expect(
      String(decoding: answer, as: UTF8.self)
        == #"{"id":7,"error":"the answer is too long for the broker"}"#)
  }
}
