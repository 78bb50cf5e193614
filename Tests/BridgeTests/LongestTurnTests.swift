import Presence
import Store
import Testing

@testable import Bridge

/// How long a turn of the loop took, as the stats tell it.
@Suite struct LongestTurnTests {
  private final class HandClock: Clock {
    var time: Int64 = 1_000_000_000
    var now: Now { Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000) }
    func jitter() -> Double { 0 }
  }

  /// Takes its time to refuse.
  private final class SlowBroker: Broker {
    let clock: HandClock
    var nanoseconds: Int64 = 0
    init(_ clock: HandClock) { self.clock = clock }

    func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link {
      clock.time += nanoseconds
      throw LinkError("refused")
    }
  }

  @Test func `the longest turn stands in the stats, and a shorter one does not replace it`() throws
  {
    let clock = HandClock()
    let broker = SlowBroker(clock)
    let loop = BridgeLoop(
      configuration: Configuration(), engine: Engine(rules: Rules()),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: broker,
      storage: try Database(path: ":memory:", durability: .process, owner: 1), clock: clock,
      log: Log(level: .error))
    for milliseconds in [30, 250, 100] as [Int64] {
      broker.nanoseconds = milliseconds * 1_000_000
      _ = loop.turn()
      clock.time += 60_000_000_000
    }
    #expect(loop.tally.longestTurn == .milliseconds(250))
    #expect(String(decoding: loop.stats(), as: UTF8.self).contains(#""longest_turn_ms":250.0,"#))
  }

  @Test(arguments: [
    (Duration.zero, "0.0"), (.microseconds(99), "0.0"), (.microseconds(100), "0.1"),
    (.microseconds(1_999), "1.9"), (.milliseconds(61_000), "61000.0"),
  ])
  func `milliseconds have one decimal`(duration: Duration, text: String) {
    #expect(BridgeLoop.milliseconds(duration) == Array(text.utf8))
  }
}
