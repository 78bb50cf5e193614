import Dialects
import Presence
import Store
import Topics

/// The bridge: one thread, one direction.
///
/// A turn reads what has arrived, steps the engine, commits once, publishes what changed, and only then lets
/// the acknowledgements go: what was acknowledged is durable, and what was announced is, too. Nothing here
/// waits; whoever runs the loop waits for as long as ``turn()`` says, or until the link or a signal is ready.
///
/// From connecting until its fence has come back behind the replays, the loop holds back: it takes in what it
/// is sent, and neither commits nor publishes nor acknowledges. So redelivered history is only its outcome.
public final class BridgeLoop {
  enum Stage: Equatable {
    /// For the next attempt to connect, or for a look at who took the session.
    case waiting
    case connecting
    /// Connected; the fence behind the replays is under way.
    case settling
    case live
    /// The connection is closed for good, and what is left to save is being saved.
    case ending
    case stopped
  }

  /// Why the loop has ended, other than by ``stop()``.
  public enum Failure: Error, Equatable {
    /// Another bridge uses our client id, or our database.
    case takenOver(String)
    /// Something was acknowledged that is in no database.
    case notSaved(String)
  }

  let configuration: Configuration
  let broker: any Broker
  let storage: any Storage
  let clock: any Clock
  let log: Log
  let reader: TopicReader
  let names: TopicNames
  let limits: PayloadLimits
  let sources: SourceReader
  let assignments: Assignments

  var engine: Engine
  var beats = HeartbeatBatch()
  var tally = Tally()
  var limitReports = LimitReports()
  public internal(set) var failure: Failure?

  var now: Now
  /// The connection there is, from CONNECT on.
  var session: Session?
  var reconnecting: Reconnecting
  /// Looks at who took the session.
  var witness: Witness?
  /// Answers questions while the session may send nothing.
  var sideLink: SideLink?
  var nextSideLink = Instant(nanoseconds: 0)
  /// What the broker refused to take from us.
  var refusals = Refusals()
  var schedule: PublishSchedule
  var sourceMarks: SourceMarks
  var sourceRequests = SourceRequests()
  var assignmentMarks: AssignmentMarks
  var saving: Saving
  var clockWatch: ClockWatch
  var watchdog = Watchdog()
  /// How many messages this turn has taken in.
  var messagesRead = 0
  var nextThinning = Instant(nanoseconds: 0)
  var nextStorageWarning = Instant(nanoseconds: 0)
  var stopping: Stopping?
  /// The broker has closed a connection right behind a refusal.
  var hangsUpAtRefusals = false
  /// That the broker's uptime cannot be read is told once.
  var isUptimeTold = false
  private(set) var isStopped = false
  let started: Now
  /// Greater than that of every bridge that started before.
  let run: Int64

  /// - Parameters:
  ///   - engine: as restored from `storage`, never connected.
  ///   - bridge: what the last bridge left in `storage`.
  public init(
    configuration: Configuration, engine: consuming Engine, bridge: BridgeRow, broker: any Broker,
    storage: any Storage, clock: any Clock, log: Log
  ) {
    self.configuration = configuration
    self.broker = broker
    self.storage = storage
    self.clock = clock
    self.log = log
    reader = TopicReader(root: configuration.root)
    names = TopicNames(root: configuration.root)
    limits = PayloadLimits(
      maxPayload: configuration.maxPayload, maxRooms: configuration.maxRoomsPerClient)
    sources = SourceReader(
      configuration.sources, configuration.assignments, reserved: configuration.reservedFilters,
      rules: configuration.sourceRules)
    assignments = Assignments(configuration.assignments)
    started = clock.now
    now = started
    engine.raiseRevision(above: max(Revision.start(at: started.wall), bridge.revision))
    run = engine.nextRevision()
    self.engine = engine
    sourceMarks = SourceMarks(sources.births)
    assignmentMarks = AssignmentMarks(configuration.assignments)
    schedule = PublishSchedule(interval: configuration.publishInterval)
    saving = Saving(
      ceiling: bridge.revision, aliveAt: bridge.aliveAt, keepalive: configuration.keepalive)
    clockWatch = ClockWatch(started, isNewClock: !bridge.isContinued(at: started))
    reconnecting = Reconnecting(configuration, dropped: bridge.dropped, at: started.instant)
  }

  /// Does what can be done now.
  ///
  /// - Returns: how long to wait for the link or a signal at the most; `nil` when the loop has ended.
  public func turn() -> Duration? {
    now = clock.now
    let began = now.instant
    let before = progressToWatch
    saving.lookBack(at: now)
    watchClock()
    connectIfDue()
    let hasMore = read()
    settleIfReached()
    let isBehind = mayChange && engine.tick(budget: Self.tickBudget, at: now)
    noteChanges()
    reportLimits()
    publishStatsIfDue()
    fenceIfWanted()
    saveIfAllowed()
    if !saving.isHoldingBack { publishCommitted() }
    answerAside()
    keepAliveIfDue()
    release()
    continueStopping()
    handleSessionChange()
    if mayReclaim { engine.reclaim() }
    if isStopped { return nil }
    let ended = clock.now.instant
    tally.longestTurn = max(tally.longestTurn, ended - began)
    watch(
      since: before, isWorking: isBehind || session?.questions.work != nil, began: began,
      ended: ended)
    return hasMore && mayRead || isBehind ? .zero : wait(from: ended)
  }

  /// What is yet to be written refers to rooms by their numbers, and the history knows them by their names.
  private var mayReclaim: Bool {
    saving.lack != .some && (!saving.isUnfinished || storage.isSyncing)
  }

  private func publishCommitted() {
    publishDue()
    saveAnnounced()
    guard !saving.isHoldingBack else { return }
    answerQuestions()
    publishSourceRequests()
    thinHistoryIfDue()
  }

  /// Clients and rooms that fall due in one turn: a few milliseconds' worth.
  package static let tickBudget = 4_000

  public var isLive: Bool { stage == .live }

  /// What the loop is at, by its parts.
  var stage: Stage {
    if isStopped { return .stopped }
    guard let session else { return stopping?.isEnding ?? false ? .ending : .waiting }
    switch session.phase {
    case .connecting: return .connecting
    case .settling: return .settling
    case .live: return .live
    }
  }

  func stopped() { isStopped = true }

  /// Whether the last turn took in a message.
  var hasRead: Bool { messagesRead > 0 }

  /// Whether the link may be written to as soon as it can be: not while acknowledgements are held back.
  public var mayWrite: Bool {
    !saving.isHoldingBack && (stage != .settling || session?.withheld == 0)
  }

  /// Until the first of what each part waits for.
  private func wait(from ended: Instant) -> Duration {
    let next = min(
      min(connectingTime, settlingTime, sessionTime, savingTime),
      min(publishingTime, engineTime, thinningTime, stoppingTime),
      min(clockTime, asideTime))
    return max(.zero, next - ended)
  }

  /// When the engine has something to do: not before a commit is done that refers to what it has now.
  private var engineTime: Instant {
    mayChange ? engine.nextDeadline ?? .never : .never
  }
}
