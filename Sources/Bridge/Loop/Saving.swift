import Presence

/// How the loop stands with its database.
struct Saving {
  /// How many revisions are reserved in the database at a time, so that those used between two commits are
  /// never used again, whatever happens.
  private static let headroom: Int64 = 1 << 20
  private static let retryAfter = Duration.seconds(5)
  private static let stampAfter: Int64 = 10_000

  /// What is acknowledged is in the database.
  private(set) var isDurable = true
  /// No revision above it is known to the database as used.
  private(set) var ceiling: Int64
  /// When the database was last told that the bridge is connected, in wall time.
  private(set) var aliveAt: Int64
  /// When the last run was connected last, as the database says that this one began with, in wall time; 0: never. What
  /// was published later is not in it.
  let startedFrom: Int64
  /// Since when nothing is known of any room, in wall time; `nil`: all is.
  private(set) var unknownSince: Int64?
  /// A commit takes further turns: until it is done nothing of it may be announced or acknowledged.
  private(set) var isUnfinished = false
  /// When that commit began.
  private var begunAt = Instant.never
  /// What that commit has yet to write.
  var unsaved = Unsaved()
  /// When to try again while it cannot be written.
  private(set) var nextAttempt = Instant.never
  /// How long a commit may take, before it counts as failed: while acknowledgements are held back nothing is sent to
  /// the broker, a PINGREQ neither, and one and a half keep-alives after the last packet it would take us for dead.
  private let patience: Duration
  /// The same for writing everything, which holds nothing back.
  private static let rewritePatience = Duration.seconds(120)

  /// How far saving has come at the end of the program.
  enum End: Equatable {
    case open
    case saved
    /// What was acknowledged is in memory alone.
    case failed(String)
  }

  private(set) var end = End.open
  private(set) var isFinishing = false

  init(ceiling: Int64, aliveAt: Int64, keepalive: Duration) {
    patience = keepalive / 2
    self.ceiling = ceiling
    self.aliveAt = aliveAt
    startedFrom = aliveAt
    unknownSince = aliveAt == 0 ? nil : aliveAt
  }

  /// From here on the bridge does not know what happens.
  mutating func loseSight(at wall: Int64) { unknownSince = unknownSince ?? wall }

  /// The next commit tells since when nothing was known; where it is long since the last one, the bridge was
  /// suspended, or its machine was.
  mutating func lookBack(at now: Now) {
    if aliveAt != 0, now.wall - aliveAt >= 3 * Self.stampAfter { loseSight(at: aliveAt) }
  }

  /// The ceiling to write with the next commit.
  func nextCeiling(above revision: Int64) -> Int64 {
    let next = min(revision + Self.headroom, Revision.all.upperBound)
    return revision + Self.headroom / 4 > ceiling ? next : ceiling
  }

  func mustRaise(above revision: Int64) -> Bool { nextCeiling(above: revision) != ceiling }

  /// Whether the database's idea of when we were last alive is getting old.
  func isStampDue(at now: Now) -> Bool { abs(now.wall - aliveAt) >= Self.stampAfter }

  /// Whether acknowledgements and publishes have to wait. While the database cannot be written they do not.
  var isHoldingBack: Bool { isUnfinished && isDurable }

  mutating func goesOn(at now: Instant) {
    if !isUnfinished { begunAt = now }
    isUnfinished = true
  }

  /// Whether the commit that is under way has taken too long.
  func isStuck(at now: Instant) -> Bool {
    isUnfinished && now - begunAt >= (isDurable ? patience : Self.rewritePatience)
  }

  /// The program ends: what is not saved is to be saved now, whatever the schedule says.
  mutating func mustFinish() {
    isFinishing = true
    if !isDurable, !isUnfinished { nextAttempt = Instant(nanoseconds: .min) }
  }

  /// - Parameter isLive: the bridge knows who is where.
  mutating func succeeded(ceiling: Int64, aliveAt: Int64, isLive: Bool) {
    isDurable = true
    isUnfinished = false
    if isFinishing { end = .saved }
    if isLive { unknownSince = nil }
    nextAttempt = .never
    self.ceiling = ceiling
    self.aliveAt = aliveAt
  }

  /// - Parameter reason: in words.
  mutating func failed(_ reason: String, at now: Instant) {
    // All that was acknowledged is in the database where it could be written until now.
    if isFinishing { end = isDurable ? .saved : .failed(reason) }
    isDurable = false
    isUnfinished = false
    unsaved = Unsaved()
    loseSight(at: aliveAt)
    nextAttempt = now + Self.retryAfter
  }
}
