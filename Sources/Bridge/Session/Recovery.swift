import Presence
import Topics

/// What is found out between connecting and settling about the broker and the time before: whether it was restarted,
/// and what was lost with it.
struct Recovery {
  /// Whether the broker has nothing of an earlier session of ours.
  let isSessionNew: Bool
  /// How long we were not connected; `nil`: we never were, or nobody knows.
  private let outage: Duration?
  /// The wall clock is behind what it was when the last run ended: a machine without a clock of its own begins so,
  /// after a loss of power.
  private let isClockBehind: Bool
  /// This run had been connected before.
  private let wasConnected: Bool
  private(set) var uptime: Duration?
  /// Of a connection before: how many messages the broker had dropped by then; `nil`: it did not tell.
  private let droppedBefore: Int64?
  /// What it tells now.
  private var dropped: Int64?
  /// Something may have been said that did not reach us, or that we have lost.
  private var mayHaveMissed = false
  /// Our own last word waited in the session: it is the one that we had, and nobody else has read it.
  private var isOurs = false

  /// Nothing is known.
  init() {
    isSessionNew = false
    outage = nil
    isClockBehind = false
    wasConnected = false
    droppedBefore = nil
  }

  /// - Parameters:
  ///   - disconnectedAt: when this run was connected last; `nil`: never.
  ///   - aliveAt: when the last run committed last, in wall time; 0: there was none.
  ///   - dropped: how many messages the broker had dropped, as it told last.
  init(
    sessionPresent: Bool, disconnectedAt: Instant?, aliveAt: Int64, dropped: Int64? = nil,
    at now: Now
  ) {
    droppedBefore = dropped
    isSessionNew = !sessionPresent
    wasConnected = disconnectedAt != nil
    isClockBehind = disconnectedAt == nil && now.wall < aliveAt
    if let disconnectedAt {
      outage = now.instant - disconnectedAt
    } else {
      outage = aliveAt == 0 ? nil : .milliseconds(Self.elapsed(since: aliveAt, at: now.wall))
    }
  }

  /// Milliseconds; what a database says may be anything.
  private static func elapsed(since wall: Int64, at now: Int64) -> Int64 {
    let (elapsed, overflow) = now.subtractingReportingOverflow(wall)
    return overflow ? .max : max(0, elapsed)
  }

  private var sessionLost: Bool { isSessionNew && outage != nil }

  /// `$SYS/broker/uptime` reads `123 seconds`.
  mutating func noteUptime(_ payload: UnsafeRawBufferPointer, isReplay: Bool) {
    guard isReplay else { return }
    uptime = Payload.uptime(payload).map { .seconds($0) }
  }

  mutating func noteDropped(_ count: Int, isReplay: Bool) { if isReplay { dropped = Int64(count) } }

  mutating func doubtEverything() { mayHaveMissed = true }

  mutating func foundOwnWord() { isOurs = true }

  /// What the broker has dropped by now; `nil`: it does not tell.
  var droppedNow: Int64? { dropped }

  /// Whether everything that was said at QoS 1 since we were connected last has reached us: it was kept for us, and nothing
  /// of it was dropped. That a session was kept proves little: anybody may have made it, or have read from it, under our
  /// client id. A broker that told how much it has dropped has to tell it again.
  var hasMissedNothing: Bool {
    guard !isSessionNew, isOurs, !mayHaveMissed, !isClockBehind, let outage else { return false }
    if let uptime, uptime < outage { return false }
    return dropped == droppedBefore && (uptime != nil) == (dropped != nil)
  }

  /// The broker has been up all the time and has lost our session: somebody connected under our client id.
  var wasSessionTaken: Bool {
    guard isSessionNew, wasConnected, let outage, let uptime else { return false }
    return uptime >= outage
  }

  /// The broker we were connected to is not the one we are connected to: deaths that it tells of may be its
  /// own doing. Unknown at the very first connection, when nothing was lost either.
  var brokerRestarted: Bool {
    guard let outage else { return false }
    return sessionLost || uptime.map { $0 < outage } ?? false
  }

  /// As far as it is known: a session may be lost at a broker that has been up all the time.
  var isRestartKnown: Bool { brokerRestarted && (outage ?? .zero) > (uptime ?? .zero) }

  /// Whether it may have been stopped with wills that it held. Unlike our session, which may just have expired, its
  /// uptime tells: one that has been up for longer than we were away has sent them all.
  var willsLost: Bool {
    guard let outage else { return sessionLost }
    if isClockBehind { return sessionLost || !isOurs }
    return uptime.map { $0 < outage } ?? sessionLost
  }
}
