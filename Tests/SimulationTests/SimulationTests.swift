import Foundation
import Testing

/// Histories of the whole bridge under faults. `Tests/simulate` plays as many more as one likes.
@Suite struct SimulationTests {
  /// `ROLLCALL_SEEDS=FROM..<TO`, or a fixed set.
  private static var seeds: Range<UInt64> {
    let text = ProcessInfo.processInfo.environment["ROLLCALL_SEEDS"] ?? ""
    let bounds = text.components(separatedBy: "..<").compactMap { UInt64($0) }
    guard bounds.count == 2, bounds[0] < bounds[1] else { return 0..<100 }
    return bounds[0]..<bounds[1]
  }

  /// `ROLLCALL_HONEST=1`: devices alone, which are honest, and the faults of their plan.
  private static var adversity: Adversity? {
    ProcessInfo.processInfo.environment["ROLLCALL_HONEST"] == nil ? nil : .honest
  }

  /// `ROLLCALL_DATABASE=1`: every history has the real database.
  private static var usesDatabase: Bool {
    ProcessInfo.processInfo.environment["ROLLCALL_DATABASE"] != nil
  }

  /// How many failures are enough to see what is wrong.
  private static let enough = 20

  @Test func `whatever happens, the bridge keeps its promises`() {
    var (failures, delivered, digest, reached) = (0, 0, Digest(), Reached())
    for seed in Self.seeds {
      let outcome = History.play(
        seed, adversity: Self.adversity, usesDatabase: Self.usesDatabase)
      delivered += outcome.delivered
      reached += outcome.reached
      withUnsafeBytes(of: outcome.digest.value.littleEndian) { digest.add(Array($0)) }
      guard let failure = outcome.failure else { continue }
      failures += 1
      Issue.record("seed \(seed): \(failure)")
      if failures == Self.enough { break }
    }
    print("histories \(Self.seeds), messages \(delivered), output \(digest.value)")
    for check in Check.allCases {
      print("  reached \(reached[check]) times: \(check.promise)")
      if Self.reachesAll, failures < Self.enough {
        #expect(reached[check] > 0, "never reached: \(check.promise)")
      }
    }
  }

  /// Among so many histories each check has something to compare.
  private static var reachesAll: Bool { adversity == nil && seeds.count >= 100 }

  @Test func `the same seed gives the same outputs, byte for byte`() {
    for seed in Self.seeds.prefix(5) { #expect(History.play(seed) == History.play(seed)) }
  }

  @Test func `a history leaves nothing behind`() {
    for seed in Self.seeds.prefix(10) {
      weak var world: World?
      _ = History.play(seed) { world = $0 }
      #expect(world == nil, "seed \(seed)")
    }
  }

  /// `ROLLCALL_SEED=N` shows what happened in one history.
  @Test func `one history can be told`() {
    let environment = ProcessInfo.processInfo.environment
    guard let seed = environment["ROLLCALL_SEED"].flatMap({ UInt64($0) }) else { return }
    let outcome = History.play(
      seed, adversity: Self.adversity, usesDatabase: Self.usesDatabase, isTraced: true)
    for line in outcome.trace { print(line) }
    #expect(outcome.failure == nil)
  }
}

/// The seeds of histories that found something.
@Suite struct FoundBySimulationTests {
  @Test func `a fence that a full queue dropped is sent again, although heartbeats never cease`() {
    for seed: UInt64 in [187, 259, 415, 609] {
      #expect(History.play(seed, adversity: .honest).failure == nil)
    }
  }

  @Test func `what was taken over from a retained snapshot is committed before it is published`() {
    #expect(History.play(64_617, adversity: .honest).failure == nil)
  }

  @Test func `a replayed birth does not undo what a client that is away said of a room`() {
    #expect(History.play(18_123, adversity: .honest).failure == nil)
  }

  @Test func `a fence of a run that died before its first commit proves nothing to the next`() {
    for seed: UInt64 in [1_000_941, 1_003_792] {
      #expect(History.play(seed, adversity: .honest).failure == nil)
    }
  }

  @Test func `who dies while its silence awaits proof goes with the fence that proves it`() {
    for seed: UInt64 in [1_059_725, 1_079_587] {
      #expect(History.play(seed, adversity: .honest).failure == nil)
    }
  }

  @Test func `the history of counts keeps up where the clock goes back`() {
    for seed: UInt64 in [1_004_258, 1_008_726, 1_050_474, 1_076_444] {
      #expect(History.play(seed, adversity: .honest).failure == nil)
    }
  }

  @Test func `the history of counts has gaps where nothing was seen, and only there`() {
    for seed: UInt64 in [28, 39, 68, 84, 229, 526, 2_144] {
      #expect(History.play(seed, usesDatabase: true).failure == nil)
    }
  }

  @Test func `a run with a higher number from before our own is no takeover`() {
    #expect(History.play(315_371, adversity: .honest).failure == nil)
  }
}
