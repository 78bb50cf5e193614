import Presence
import Store

/// How the loop stands with its database.
///
/// Once its rows are written a commit waits for the disk, which may take its time, while the loop goes on: what changes
/// meanwhile is for the next commit. Nothing that was read may be acknowledged before it is committed, and the link
/// lets acknowledgements go in the order of their messages. So a commit that follows at once, with what changed
/// while the disk was awaited, is the last of its row: as long as it takes, nothing more is read.
struct Saving {
  /// What is acknowledged and not in the database.
  enum Lack: Equatable {
    case nothing
    /// What has changed since the last commit. The database is as that has left it.
    case some
    /// Nobody knows what: the whole state is to be written anew.
    case everything
  }

  /// How many revisions are reserved in the database at a time, so that those used between two commits are
  /// never used again, whatever happens.
  private static let headroom: Int64 = 1 << 20
  private static let stampAfter: Int64 = 10_000
  /// For so long what has changed is kept apart, while it cannot be written.
  private static let gatheringLimit = Duration.seconds(5)

  private(set) var lack = Lack.nothing
  /// Since when something lacks.
  private var lackSince: Instant?
  /// Why; in words.
  private(set) var reason: String?
  /// No revision above it is known to the database as used.
  private(set) var ceiling: Int64
  /// When the database was last told that the bridge is connected, in wall time.
  private(set) var aliveAt: Int64
  /// When the last run was connected last, as the database says that this one began with, in wall time; 0: never. What
  /// was published later is not in it.
  let startedFrom: Int64
  /// No revision above it was known as used then.
  let startedBelow: Int64
  /// Since when nothing is known of any room, in wall time; `nil`: all is.
  private(set) var unknownSince: Int64?
  /// The same by the clock that does not jump, and when that was last looked at.
  private var blindSince: Instant?
  private var lookedAt: Instant?
  /// A commit takes further turns: until it is done nothing of it may be announced or acknowledged.
  private(set) var isUnfinished = false
  /// What that commit has yet to write.
  var unsaved = Unsaved()
  /// What it says beside that.
  var row = BridgeRow(revision: 0, aliveAt: 0)
  /// Since when another process keeps it from beginning; `nil`: none does.
  var lockedSince: Instant?
  var pace: CommitPace
  /// When to try again while it cannot be written.
  private(set) var nextAttempt = Instant.never

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
    pace = CommitPace(keepalive: keepalive)
    self.ceiling = ceiling
    self.aliveAt = aliveAt
    startedFrom = aliveAt
    startedBelow = ceiling
    unknownSince = aliveAt
  }

  /// What is acknowledged is in the database.
  var isDurable: Bool { lack == .nothing }

  /// Whether acknowledgements and publishes have to wait. While the database cannot be written they do not, nor while
  /// everything is written anew.
  var isHoldingBack: Bool { isUnfinished && lack != .everything }

  /// From here on the bridge does not know what happens.
  mutating func loseSight(at wall: Int64) { unknownSince = unknownSince ?? wall }

  /// Where it is long since the last commit, the bridge was suspended, or its machine was: to be called before anything
  /// is done that follows from it.
  mutating func lookBack(at now: Now) {
    if unknownSince != nil { blindSince = blindSince ?? lookedAt }
    lookedAt = now.instant
    let (silence, overflow) = now.wall.subtractingReportingOverflow(aliveAt)
    if aliveAt != 0, overflow || silence >= 3 * Self.stampAfter { loseSight(at: aliveAt) }
  }

  /// For how long nothing has been known of any room; milliseconds.
  func unknownFor(at now: Now) -> Int64 {
    blindSince.map { (now.instant - $0).milliseconds } ?? 0
  }

  /// The ceiling to write with the next commit.
  func nextCeiling(above revision: Int64) -> Int64 {
    let next = min(revision + Self.headroom, Revision.all.upperBound)
    return revision + Self.headroom / 4 > ceiling ? next : ceiling
  }

  func mustRaise(above revision: Int64) -> Bool { nextCeiling(above: revision) != ceiling }

  /// Whether the database's idea of when we were last alive is getting old.
  func isStampDue(at now: Now) -> Bool {
    let (age, overflow) = now.wall.subtractingReportingOverflow(aliveAt)
    return overflow || age.magnitude >= Self.stampAfter.magnitude
  }

  mutating func goesOn() { isUnfinished = true }

  /// Whether the commit that is under way has taken too long.
  mutating func isStuck(at now: Instant) -> Bool {
    isUnfinished && pace.isStuck(at: now, isHoldingBack: isHoldingBack)
  }

  /// The program ends: what is not saved is to be saved now, whatever the schedule says.
  mutating func mustFinish() {
    isFinishing = true
    if !isDurable, !isUnfinished { nextAttempt = Instant(nanoseconds: .min) }
  }

  /// - Parameters:
  ///   - isLive: the bridge knows who is where.
  ///   - isAll: nothing has changed since its rows were written.
  mutating func succeeded(
    ceiling: Int64, aliveAt: Int64, isLive: Bool, isAll: Bool, at now: Instant
  ) {
    isUnfinished = false
    lockedSince = nil
    // What was acknowledged while everything was written anew is not in there.
    lack = lack == .everything && !isAll ? .some : .nothing
    lackSince = lack == .some ? now : nil
    nextAttempt = lack == .some ? now : .never
    if lack == .nothing { reason = nil }
    if isFinishing, lack == .nothing { end = .saved }
    if isLive { (unknownSince, blindSince) = (nil, nil) }
    self.ceiling = ceiling
    self.aliveAt = aliveAt
  }

  /// - Parameters:
  ///   - reason: in words.
  ///   - isUntouched: nothing of it was begun, and the database is as it was.
  ///   - pause: how long to wait before it is tried again.
  mutating func failed(
    _ reason: String, isUntouched: Bool, retryAfter pause: Duration, at now: Instant
  ) {
    // All that was acknowledged is in the database where it could be written until now.
    if isFinishing { end = isDurable ? .saved : .failed(reason) }
    let since = lackSince ?? now
    lackSince = since
    let mayGather = isUntouched && now - since < Self.gatheringLimit
    lack = mayGather && lack != .everything ? .some : .everything
    self.reason = reason
    isUnfinished = false
    lockedSince = nil
    if lack == .everything { unsaved = Unsaved() }
    loseSight(at: aliveAt)
    nextAttempt = now + pause
  }
}
