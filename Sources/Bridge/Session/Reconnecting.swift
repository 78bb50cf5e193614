import Presence

/// What goes on from one connection to the next: when to try again, with which version, and who was seen.
struct Reconnecting {
  private let isAutomatic: Bool
  private(set) var version: LinkVersion
  private var backoff: Backoff
  private var fallback = Fallback()
  /// What the attempt under way has come to.
  var ending = Fallback.Ending.unanswered
  private(set) var nextAttempt: Instant
  /// Before the attempt that is under way.
  private var lastWait = Duration.zero
  /// When this run was last told something in a session that was live; `nil`: never.
  private(set) var disconnectedAt: Instant?
  /// How many messages the broker had dropped when all that it retains was read last; `nil`: it did not tell.
  var dropped: Int64?
  /// What was said since may have been kept from us.
  private(set) var mayHaveMissed = false
  /// This run has been live.
  private(set) var hasSettled = false
  /// The last connection ended before it had settled. If that was another bridge's doing, 3.1.1 tells neither of them.
  private(set) var isContested = false
  /// The highest run of another bridge that was there before we were live for the first time.
  private var earlierRun: Int64 = 0

  init(_ configuration: Configuration, dropped: Int64?, at now: Instant) {
    self.dropped = dropped
    isAutomatic = configuration.protocolVersion == .automatic
    version = configuration.protocolVersion == .v311 ? .v311 : .v5
    backoff = Backoff(minimum: configuration.reconnectMin, maximum: configuration.reconnectMax)
    nextAttempt = now
  }

  /// A version is spoken that the broker was not asked for at first.
  struct Change: Equatable {
    var reason: Fallback.Ending
  }

  mutating func begin() { ending = .unanswered }

  /// The broker has accepted. Until the session is live, what it has to make good is to be made good by the next one.
  mutating func accepted() { (ending, mayHaveMissed) = (.accepted, true) }

  mutating func settled() {
    hasSettled = true
    mayHaveMissed = false
    isContested = false
  }

  /// How long a session has to be live at the most to be a success.
  private static let success = Duration.seconds(5)

  /// A session that had been accepted is over. One that did not last as long as it was waited for is no success: two
  /// bridges that cut each other off must drift apart, and a broker that ends each session is not to be pestered.
  mutating func ended(_ session: Session, at now: Instant) {
    if session.phase == .settling { isContested = true }
    if session.phase == .live, now - session.settledAt >= min(lastWait, Self.success) {
      backoff.succeed()
    }
    if session.phase == .live { disconnectedAt = session.lastInput }
  }

  /// Decides when to try again, and with which version: at once with 3.1.1 where the broker said that it does not
  /// speak 5.
  ///
  /// - Returns: a change from 5 to 3.1.1, to be told.
  mutating func schedule(at now: Instant, jitter: Double) -> Change? {
    let last = version
    if isAutomatic { version = fallback.version(after: ending, of: last) }
    let isAtOnce = ending == .versionRefused && last == .v5 && version == .v311
    lastWait = isAtOnce ? .zero : backoff.fail(jitter: jitter)
    nextAttempt = now + lastWait
    return last == .v5 && version == .v311 ? Change(reason: ending) : nil
  }

  /// The next attempt follows at once.
  mutating func tryAtOnce(at now: Instant) { nextAttempt = now }

  /// All is to be read anew: rights were missing.
  mutating func doubtEverything() { mayHaveMissed = true }

  /// Somebody who is no bridge takes our sessions: that costs the session and no more.
  mutating func wasTakenByStranger() { backoff.succeed() }

  /// A run was looked for; its number is no reason to look again.
  mutating func believed(_ other: Int64) { earlierRun = max(earlierRun, other) }

  /// Whether a bridge that started after us has been connected since we were. What is seen before we have settled
  /// once was there before us, whatever its number is: the clock may have been set back, and the database lost.
  mutating func isLater(_ other: Int64, than run: Int64) -> Bool {
    guard hasSettled else {
      earlierRun = max(earlierRun, other)
      return false
    }
    return other > max(run, earlierRun)
  }
}
