import Presence
import Topics

/// What is found out about the broker between connecting and settling, and from its own topics later.
struct Recovery {
  var fenceIsBack = false
  var mustFenceAgain = false
  /// Which version is spoken next, and what the attempt under way has come to for that.
  var fallback = Fallback()
  var ending = Fallback.Ending.unanswered

  /// Whether the broker has nothing of an earlier session of ours.
  private(set) var isSessionNew = false
  private var outage: Duration?
  /// The wall clock is behind what it was when the last run ended: a machine without a clock of its own begins so,
  /// after a loss of power.
  private var isClockBehind = false
  private var sessionLost = false
  private var uptime: Duration?
  private var disconnectedAt: Instant?
  private var otherRun: Int64?
  private var earlierRun: Int64 = 0

  /// When the retained statuses are to be read again, and the fence that ends such a reading.
  private(set) var nextReread: Instant?
  var rereadStarted: Instant?
  private var dropped: Int?
  private var rereadPause = Duration.seconds(10)

  /// - Parameter aliveAt: when the last run committed last, in wall time; 0: there was none.
  mutating func connected(sessionPresent: Bool, aliveAt: Int64, at now: Now) {
    fenceIsBack = false
    mustFenceAgain = false
    uptime = nil
    otherRun = nil
    dropped = nil
    nextReread = nil
    rereadStarted = nil
    isClockBehind = disconnectedAt == nil && now.wall < aliveAt
    if let disconnectedAt {
      outage = now.instant - disconnectedAt
    } else {
      outage = aliveAt == 0 ? nil : .milliseconds(max(0, now.wall - aliveAt))
    }
    sessionLost = !sessionPresent && outage != nil
    isSessionNew = !sessionPresent
  }

  mutating func disconnected(at now: Now) {
    disconnectedAt = now.instant
  }

  /// `$SYS/broker/uptime` reads `123 seconds`.
  mutating func noteUptime(_ payload: UnsafeRawBufferPointer, isReplay: Bool) {
    guard isReplay else { return }
    let digits = payload.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    uptime = Payload.count(UnsafeRawBufferPointer(rebasing: digits)).map { .seconds($0) }
  }

  /// The broker we were connected to is not the one we are connected to: deaths that it tells of may be its
  /// own doing. Unknown at the very first connection, when nothing was lost either.
  var brokerRestarted: Bool {
    guard let outage else { return false }
    return sessionLost || uptime.map { $0 < outage } ?? false
  }

  /// Whether it may have been stopped with wills that it held. Unlike our session, which may just have expired, its
  /// uptime tells: one that has been up for longer than we were away has sent them all.
  var willsLost: Bool {
    guard let outage, !isClockBehind else { return sessionLost }
    return uptime.map { $0 < outage } ?? sessionLost
  }

  /// Our retained stats and the fences in our session name the run of the bridge that wrote them.
  mutating func noteRun(_ run: Int64?) {
    if let run { otherRun = max(otherRun ?? run, run) }
  }

  /// Set when a bridge that started after us has been connected since we were: 3.1.1 tells nobody whose
  /// session was taken over. What is seen before we have settled once was there before us, whatever its number
  /// is: the clock may have been set back, and the database lost.
  mutating func laterRun(than run: Int64, hasSettled: Bool) -> Int64? {
    guard let otherRun else { return nil }
    guard hasSettled else {
      earlierRun = max(earlierRun, otherRun)
      return nil
    }
    return otherRun > max(run, earlierRun) ? otherRun : nil
  }

  /// The broker's count of dropped messages; when it grows, some of them may have been ours.
  mutating func noteDropped(_ count: Int, at now: Instant) {
    defer { dropped = count }
    guard let dropped, count > dropped, nextReread == nil else { return }
    nextReread = max(now, (rereadStarted ?? now))
  }

  mutating func beginReread(at now: Instant) {
    nextReread = nil
    rereadStarted = now
  }

  /// Reading everything again costs; the next time waits twenty times as long as this one took.
  mutating func endReread(at now: Instant) {
    guard let rereadStarted else { return }
    rereadPause = max(.seconds(10), (now - rereadStarted) * 20)
    if nextReread != nil { nextReread = now + rereadPause }
    self.rereadStarted = nil
  }
}
