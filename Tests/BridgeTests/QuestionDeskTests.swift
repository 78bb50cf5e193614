import Presence
import Testing

@testable import Bridge
@testable import Topics

/// How many questions are taken.
@Suite struct QuestionDeskTests {
  private func question(_ topic: String) -> QuestionDesk.Waiting {
    let asking = Array("{}".utf8).withUnsafeBytes { Asking($0) }
    return .init(asking: asking, reply: ReplyAddress(topic: Array(topic.utf8)))
  }

  private let start = Instant(nanoseconds: 5_000_000_000)

  @Test func `a topic has a hundred at once, and then fifty a second`() {
    var desk = QuestionDesk()
    func admitted(at time: Instant) -> Int {
      var count = 0
      while desk.admit(question("a"), at: time) {
        count += 1
        desk.next()
      }
      return count
    }
    #expect(admitted(at: start) == 100)
    #expect(admitted(at: start + .milliseconds(19)) == 0)
    #expect(admitted(at: start + .milliseconds(20)) == 1)
    #expect(admitted(at: start + .seconds(1)) == 49)
    #expect(admitted(at: start + .seconds(100)) == 100)
  }

  @Test func `all topics together have so many places`() {
    var desk = QuestionDesk()
    let taken = (0..<300).count { desk.admit(question("topic-\($0)"), at: start) }
    #expect(taken == 256)
    desk.next()
    let again = desk.admit(question("late"), at: start)
    #expect(again)
  }

  @Test func `topics that nobody asks on any more are forgotten`() {
    var desk = QuestionDesk()
    func ask(_ topic: String, at time: Instant) -> Bool {
      defer { if desk.isBusy { desk.next() } }
      return desk.admit(question(topic), at: time)
    }
    let first = (0..<1_100).count { ask("topic-\($0)", at: start) }
    #expect(first == 1_024)
    let other = ask("other", at: start + .seconds(3))
    #expect(other)
  }
}
