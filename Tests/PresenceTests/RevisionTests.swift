import Presence
import Testing

@Suite struct RevisionTests {
  private static let year: Int64 = 365 * 86_400_000

  @Test func `a start is above the clock, and believed by the next one`() {
    let now: Int64 = 1_795_000_000_000
    #expect(Revision.start(at: now) == now * 1024)
    #expect(Revision.start(at: now + 1) == Revision.start(at: now) + 1024)
    for wall in [.min, -1, 0, now, now + 180 * Self.year, now + 500 * Self.year, .max] as [Int64] {
      #expect(Revision.believed.contains(Revision.start(at: wall)))
    }
    #expect(Revision.start(at: -1) == 0)
  }

  @Test func `what is believed leaves enough for ever`() {
    #expect(Revision.all.upperBound == 9_007_199_254_740_991)
    #expect(Revision.all.upperBound - Revision.believed.upperBound >= 1 << 50 - 1)
    #expect(Revision.believed.contains(Revision.start(at: 1_795_000_000_000 + 100 * Self.year)))
  }

  @Test func `a bridge that has gone on above what is believed believes itself`() {
    let most = Revision.believed.upperBound
    #expect(Revision.believed(from: 5) == Revision.believed)
    #expect(Revision.believed(from: most + 9) == 0...(most + 9))
    #expect(Revision.believed(from: .max) == Revision.all)
  }
}
