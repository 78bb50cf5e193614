import Presence
import Testing

@testable import Bridge

/// What is found out about the broker at a reconnect.
@Suite struct RecoveryTests {
  private static func now(_ seconds: Int64) -> Now {
    Now(
      instant: Instant(nanoseconds: seconds * 1_000_000_000),
      wall: 1_700_000_000_000 + seconds * 1000)
  }

  private func recovery(sessionPresent: Bool, uptime: String?) -> Recovery {
    var recovery = Recovery(
      sessionPresent: sessionPresent, disconnectedAt: Self.now(100).instant, aliveAt: 0,
      at: Self.now(160))
    if let uptime {
      Array(uptime.utf8).withUnsafeBytes { recovery.noteUptime($0, isReplay: true) }
    }
    return recovery
  }

  @Test func `a broker that has been up for longer than we were away has lost no will`() {
    let kept = recovery(sessionPresent: false, uptime: "60 seconds")
    #expect(kept.brokerRestarted)
    #expect(!kept.willsLost)
    #expect(recovery(sessionPresent: false, uptime: "59 seconds").willsLost)
    #expect(recovery(sessionPresent: true, uptime: "59 seconds").willsLost)
  }

  @Test func `where it does not tell, a lost session has to be taken for a restart`() {
    #expect(recovery(sessionPresent: false, uptime: nil).willsLost)
    #expect(!recovery(sessionPresent: true, uptime: nil).willsLost)
  }

  @Test(
    arguments: [
      (true, "60 seconds", 3, true), (true, "59 seconds", 3, false), (true, "60 seconds", 4, false),
      (true, "60 seconds", 2, false), (false, "60 seconds", 3, false), (true, nil, 3, false),
      (true, "60 seconds", nil, false), (true, nil, nil, false),
    ] as [(Bool, String?, Int?, Bool)])
  func `all was heard where the session was kept and nothing was dropped`(
    sessionPresent: Bool, uptime: String?, dropped: Int?, isAll: Bool
  ) {
    var recovery = Recovery(
      sessionPresent: sessionPresent, disconnectedAt: Self.now(100).instant, aliveAt: 0, dropped: 3,
      at: Self.now(160))
    if let uptime {
      Array(uptime.utf8).withUnsafeBytes { recovery.noteUptime($0, isReplay: true) }
    }
    if let dropped { recovery.noteDropped(dropped, isReplay: true) }
    #expect(!recovery.hasMissedNothing)
    recovery.foundOwnWord()
    #expect(recovery.hasMissedNothing == isAll)
    recovery.doubtEverything()
    #expect(!recovery.hasMissedNothing)
  }

  @Test func `a broker that never told anything of itself is believed`() {
    for isPresent in [true, false] {
      var recovery = recovery(sessionPresent: isPresent, uptime: nil)
      recovery.foundOwnWord()
      #expect(recovery.hasMissedNothing == isPresent)
    }
  }

  @Test func `at the very first connection nothing was lost`() {
    let recovery = Recovery(
      sessionPresent: false, disconnectedAt: nil, aliveAt: 0, at: Self.now(1))
    #expect(!recovery.willsLost)
  }

  @Test(arguments: [(999, true), (1_000, false)])
  func `a clock that is behind the last run's tells nothing of how long we were away`(
    now: Int64, isLost: Bool
  ) {
    var recovery = Recovery(
      sessionPresent: false, disconnectedAt: nil, aliveAt: Self.now(1_000).wall,
      at: Self.now(now))
    Array("3 seconds".utf8).withUnsafeBytes { recovery.noteUptime($0, isReplay: true) }
    #expect(recovery.willsLost == isLost)
  }
}
