import Presence
import Testing

@testable import Bridge

/// Numbers on the bridge's own topics, where anybody may have written them.
@Suite struct ForeignNumbersTests {
  private func run(_ stats: String) -> Int64? {
    Array(stats.utf8).withUnsafeBytes { StatsPayload($0)?.run }
  }

  private func fence(_ payload: String) -> Int64? {
    Array(payload.utf8).withUnsafeBytes { Fences.run(of: $0) }
  }

  @Test(arguments: [
    "", "x", "{}", #"{"run":-1}"#, #"{"run":9007199254740991}"#, #"{"run":9223372036854775807}"#,
    #"{"run":1e300}"#, #"{"run":7.5}"#, #"{"run":"5"}"#, #"{"run":5"#, #"{"x":"\"run\":5"}"#, "[5]",
  ])
  func `stats of no bridge name no run`(stats: String) { #expect(run(stats) == nil) }

  @Test func `a bridge's stats and fences name its run`() {
    #expect(run(#"{"at":"x","run":1838080000000001,"sources":{"run":7}}"#) == 1_838_080_000_000_001)
    #expect(fence("1838080000000001 17") == 1_838_080_000_000_001)
  }

  @Test(arguments: ["9007199254740991 1", "9223372036854775807 1", "-1 1", "x 1", "", "1e3 1"])
  func `a fence of no bridge names no run`(payload: String) { #expect(fence(payload) == nil) }

  private func seen(_ revision: Int64, from ceiling: Int64 = 0) -> Int64 {
    var retained = RetainedTopics()
    let snapshot =
      #"{"room":"lab","members":[],"truncated":false,"revision":\#(revision),"#
      + #""at":"2026-11-23T20:10:05.123Z"}"#
    Array("lab".utf8).withUnsafeBytes { room in
      Array(snapshot.utf8).withUnsafeBytes {
        retained.occupancy(
          room, $0, believed: Revision.believed(from: ceiling), adoptedAfter: nil)
      }
    }
    return retained.revision
  }

  @Test func `the counter goes above a retained revision that can be a bridge's, and no other`() {
    let most = Revision.believed.upperBound
    for revision in [1, 1 << 51, most] { #expect(seen(revision) == revision) }
    for revision in [most + 1, 1 << 53 - 1, 1 << 53, .max, -1] { #expect(seen(revision) == 0) }
    #expect(seen(most + 7, from: most + 7) == most + 7)
    #expect(seen(1 << 53 - 1, from: most + 7) == 0)
  }

  @Test func `the ceiling that is written can be read again`() {
    for used in [0, Revision.believed.upperBound + 1 << 40, Revision.all.upperBound - 1] as [Int64]
    {
      let saving = Saving(ceiling: 0, aliveAt: 0, keepalive: .seconds(15))
      #expect(Revision.all.contains(saving.nextCeiling(above: used)))
      #expect(saving.nextCeiling(above: used) >= used)
    }
  }
}
