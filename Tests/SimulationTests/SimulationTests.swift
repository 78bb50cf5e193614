import Foundation
import Testing

/// Histories of the whole bridge under faults. `Tests/simulate` plays as many more as one likes.
@Suite struct SimulationTests {
  /// `ROLLCALL_SEEDS=FROM..<TO`, or a fixed set.
  private static var seeds: Range<UInt64> {
    let text = ProcessInfo.processInfo.environment["ROLLCALL_SEEDS"] ?? ""
    let bounds = text.components(separatedBy: "..<").compactMap { UInt64($0) }
    guard bounds.count == 2, bounds[0] < bounds[1] else { return 0..<300 }
    return bounds[0]..<bounds[1]
  }

  @Test func `whatever happens, the bridge keeps its promises`() {
    var (failures, delivered, digest) = (0, 0, Digest())
    for seed in Self.seeds {
      let outcome = History.play(seed)
      delivered += outcome.delivered
      withUnsafeBytes(of: outcome.digest.value.littleEndian) { digest.add(Array($0)) }
      guard let failure = outcome.failure else { continue }
      failures += 1
      Issue.record("seed \(seed): \(failure)")
      if failures == 20 { break }
    }
    print("histories \(Self.seeds), messages \(delivered), output \(digest.value)")
  }

  @Test func `the same seed gives the same outputs, byte for byte`() {
    for seed in Self.seeds.prefix(20) { #expect(History.play(seed) == History.play(seed)) }
  }

  /// `ROLLCALL_SEED=N` shows what happened in one history.
  @Test func `one history can be told`() {
    let environment = ProcessInfo.processInfo.environment
    guard let seed = environment["ROLLCALL_SEED"].flatMap({ UInt64($0) }) else { return }
    let outcome = History.play(seed, isTraced: true)
    for line in outcome.trace { print(line) }
    #expect(outcome.failure == nil)
  }
}
