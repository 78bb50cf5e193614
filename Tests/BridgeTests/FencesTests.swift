import Presence
import Testing

@testable import Bridge

/// What a fence that comes back proves.
@Suite struct FencesTests {
  private static let start = Instant(nanoseconds: 1_000_000_000)
  private var fences = Fences(run: 7, startedAt: start)

  /// What becomes of a payload that comes in after so many QoS 1 messages.
  private mutating func answer(
    _ payload: [UInt8], after received: Int = 0, keepsOrder: Bool = false
  )
    -> Fences.Answer
  {
    payload.withUnsafeBytes { fences.receive($0, received: received, keepsOrder: keepsOrder) }
  }

  @Test(arguments: [(65_534, false), (65_535, true)])
  mutating func `one that came along with a full window has overtaken something`(
    received: Int, isOvertaken: Bool
  ) {
    let fence = fences.send(at: Self.start, received: 10)
    let expected: Fences.Answer =
      isOvertaken ? .overtaken : .proof(number: 1_000_000_001, publishedAt: Self.start)
    #expect(answer(fence, after: 10 + received) == expected)
  }

  @Test mutating func `where it stands in line with the others it has overtaken nothing`() {
    let fence = fences.send(at: Self.start, received: 0)
    #expect(
      answer(fence, after: 70_000, keepsOrder: true)
        == .proof(number: 1_000_000_001, publishedAt: Self.start))
  }

  @Test mutating func `one proves something once, and none that was sent before it does any more`()
  {
    func proof(_ index: Int) -> Fences.Answer {
      .proof(
        number: 1_000_000_001 + UInt64(index), publishedAt: Self.start + .seconds(Int64(index)))
    }
    let sent = (0..<3).map { fences.send(at: Self.start + .seconds($0), received: 0) }
    #expect(answer(sent[1]) == proof(1))
    #expect(answer(sent[0]) == .foreign && answer(sent[1]) == .foreign)
    #expect(answer(sent[2]) == proof(2))
  }

  @Test
  mutating func
    `one of another run, of an earlier session or that only names a run proves nothing`()
  {
    var others = Fences(run: 8, startedAt: Self.start)
    #expect(answer(others.send(at: Self.start, received: 0)) == .foreign)
    var earlier = Fences(run: 7, startedAt: Self.start - .milliseconds(1))
    _ = fences.send(at: Self.start, received: 0)
    #expect(answer(earlier.send(at: Self.start, received: 0)) == .foreign)
    #expect(answer(fences.claim) == .foreign)
  }

  @Test mutating func `one that does not come back is sent again after a second`() {
    #expect(fences.isDue(at: Self.start))
    let fence = fences.send(at: Self.start, received: 0)
    #expect(!fences.isDue(at: Self.start + .milliseconds(999)))
    #expect(fences.isDue(at: Self.start + .seconds(1)))
    _ = answer(fence)
    #expect(!fences.isDue(at: Self.start + .milliseconds(19)))
    #expect(fences.isDue(at: Self.start + .milliseconds(20)))
  }
}
