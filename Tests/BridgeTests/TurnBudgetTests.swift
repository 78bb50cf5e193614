import Presence
import Store
import Testing

@testable import Bridge

/// A turn ends although more waits to be read.
@Suite struct TurnBudgetTests {
  private final class HandClock: Clock {
    var time: Int64 = 1_000_000_000
    var now: Now { Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000) }
    func jitter() -> Double { 0 }
  }

  /// Always has more to read, and takes its time for it.
  private final class EndlessLink: Link, Broker {
    let clock: HandClock
    let microseconds: Int64
    let messages: Int
    private(set) var reads = 0
    private var delegate: (any LinkDelegate)?

    init(_ clock: HandClock, microseconds: Int64, messages: Int) {
      self.clock = clock
      self.microseconds = microseconds
      self.messages = messages
    }

    func connect(version: LinkVersion, delegate: any LinkDelegate) -> any Link {
      self.delegate = delegate
      return self
    }

    var isOpen: Bool { true }
    var hasInput: Bool { true }

    func read() {
      reads += 1
      clock.time += microseconds * 1_000
      for _ in 0..<messages {
        Array("presence/clients/pump/heartbeat".utf8).withUnsafeBytes { topic in
          delegate?.linkDidReceive(
            Delivery(
              topic: topic, payload: UnsafeRawBufferPointer(start: nil, count: 0),
              isAcknowledged: false, isReplay: false))
        }
      }
    }

    func write() {}
    func keepAlive() {}
    func publish(
      _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
    ) -> Int32 { 0 }
    func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 { 0 }
    func unsubscribe(_ filters: [String]) -> Int32 { 0 }
    func disconnect() {}
    func close() {}
  }

  /// 2,000 messages, or 15 ms, looked at after every read.
  @Test(arguments: [(0, 1, 2_000), (0, 300, 7), (100, 1, 150), (1_000, 1, 15), (3_000, 300, 5)])
  func `a turn reads so much and no more`(microseconds: Int, messages: Int, reads: Int) throws {
    let clock = HandClock()
    let link = EndlessLink(clock, microseconds: Int64(microseconds), messages: messages)
    let loop = BridgeLoop(
      configuration: Configuration(), engine: Engine(rules: Rules()),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: link,
      storage: try Database(path: ":memory:", durability: .process, owner: 1), clock: clock,
      log: Log(level: .error))
    #expect(loop.turn() == .zero)
    #expect(link.reads == reads)
  }

  @Test func `a loop that turns for a second over input that never comes says so, once`() throws {
    let clock = HandClock()
    let link = EndlessLink(clock, microseconds: 10, messages: 0)
    var lines: [String] = []
    let loop = BridgeLoop(
      configuration: Configuration(), engine: Engine(rules: Rules()),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: link,
      storage: try Database(path: ":memory:", durability: .process, owner: 1), clock: clock,
      log: Log(level: .error) { lines.append($0) })
    let start = clock.time
    while clock.time < start + 990_000_000 { #expect(loop.turn() == .zero) }
    #expect(lines.isEmpty && loop.watchdog.busyTurns == 0)
    while clock.time < start + 3_000_000_000 { _ = loop.turn() }
    #expect(lines.count == 1 && lines[0].contains("without anything to do"))
    #expect(loop.watchdog.busyTurns > 50)
    #expect(String(decoding: loop.stats(), as: UTF8.self).contains("\"busy_turns\":"))
  }
}
