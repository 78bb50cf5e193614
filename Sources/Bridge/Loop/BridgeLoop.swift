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
    case waiting(until: Instant)
    case connecting
    /// Connected; the fence behind the replays is under way.
    case settling
    case live
    case stopped
  }

  /// Why the loop has ended, other than by ``stop()``.
  public enum Failure: Error, Equatable {
    /// Another bridge uses our client id, or our database.
    case takenOver(String)
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
  var moves = ClaimedMoves()
  var tally = Tally()
  var stage: Stage
  var link: (any Link)?
  var version: LinkVersion
  var backoff: Backoff
  public internal(set) var failure: Failure?

  var now: Now
  var fences: Fences
  var schedule: PublishSchedule
  var retained = RetainedTopics()
  var discovery: Discovery
  var sourceMarks: SourceMarks
  var assignmentMarks: AssignmentMarks
  var saving: Saving
  var recovery = Recovery()
  var welcome: LinkWelcome?
  var ended: Ended?
  var maximumPacketSize: Int?
  /// Own QoS 1 publishes that the broker has not acknowledged.
  var inFlight: Set<Int32> = []
  /// Those of them that are answers, and where they go.
  var answersInFlight: [Int32: [UInt8]] = [:]
  /// QoS 1 messages received on this connection, and those of them whose acknowledgements are held back.
  var receivedAcknowledged = 0
  var withheld = 0
  var lastInput = Instant(nanoseconds: 0)
  var settledAt = Instant(nanoseconds: 0)
  /// The last connection ended before it had settled. If that was another bridge's doing, 3.1.1 tells neither of
  /// them, and fences are no help where replays fill the session's queue: then our retained stats name us early.
  var isContested = false
  /// How many messages this turn has taken in.
  var messagesRead = 0
  var nextKeepAlive = Instant(nanoseconds: 0)
  var nextStats = Instant.never
  var nextThinning = Instant(nanoseconds: 0)
  var questions = QuestionDesk()
  var stopping: Stopping?
  /// Rooms whose retained topics are to be cleared.
  var clears: ContiguousArray<[UInt8]> = []
  let started: Now
  /// Greater than that of every bridge that started before.
  let run: Int64

  struct Ended {
    var reason: String?
    var isTakenOver: Bool
  }

  struct Stopping {
    var deadline: Instant
    var saidOffline = false
  }

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
    engine.raiseRevision(above: max(Self.revision(at: started), bridge.revision))
    run = engine.nextRevision()
    self.engine = engine
    fences = Fences(run: UInt64(run), startedAt: started.instant)
    discovery = Discovery(configuration, names)
    sourceMarks = SourceMarks(sources.births)
    assignmentMarks = AssignmentMarks(configuration.assignments)
    schedule = PublishSchedule(interval: configuration.publishInterval)
    saving = Saving(ceiling: bridge.revision, aliveAt: bridge.aliveAt)
    version = configuration.protocolVersion == .v311 ? .v311 : .v5
    backoff = Backoff(
      minimum: configuration.reconnectMin, maximum: configuration.reconnectMax)
    stage = .waiting(until: started.instant)
  }

  /// Revisions begin above the clock, in milliseconds times 1024, and stay below 2^53 until 2248.
  static func revision(at now: Now) -> Int64 { min(max(0, now.wall) << 10, 1 << 53 - 1 << 30) }

  /// Does what can be done now.
  ///
  /// - Returns: how long to wait for the link or a signal at the most; `nil` when the loop has ended.
  public func turn() -> Duration? {
    now = clock.now
    let began = now.instant
    connectIfDue()
    let hasMore = read()
    settleIfReached()
    let isBehind = !saving.isUnfinished && engine.tick(budget: Self.tickBudget, at: now)
    noteChanges()
    publishStatsIfDue()
    fenceIfWanted()
    saveIfAllowed()
    if !saving.isUnfinished { publishCommitted() }
    keepAliveIfDue()
    release()
    continueStopping()
    // What a commit has yet to write refers to rooms by their numbers.
    if !saving.isUnfinished { engine.reclaim() }
    if stage == .stopped { return nil }
    let ended = clock.now.instant
    tally.longestTurn = max(tally.longestTurn, ended - began)
    return hasMore || isBehind ? .zero : wait(from: ended)
  }

  private func publishCommitted() {
    publishDue()
    saveAnnounced()
    guard !saving.isUnfinished else { return }
    answerQuestions()
    thinHistoryIfDue()
  }

  /// Clients and rooms that fall due in one turn: a few milliseconds' worth.
  package static let tickBudget = 4_000

  public var isLive: Bool { stage == .live }

  /// Whether the last turn took in a message.
  var hasRead: Bool { messagesRead > 0 }

  /// Whether the link may be written to as soon as it can be: not while acknowledgements are held back.
  public var mayWrite: Bool {
    !saving.isUnfinished && (stage != .settling || withheld == 0)
  }

  private func wait(from ended: Instant) -> Duration {
    var next = min(nextKeepAlive, nextStats, saving.nextAttempt)
    if case .waiting(let until) = stage { next = until }
    if let deadline = engine.nextDeadline { next = min(next, deadline) }
    if engine.wantsFence { next = min(next, fences.nextTime) }
    if stage == .settling { next = min(next, now.instant + .milliseconds(50)) }
    // Its next part, or the end of what it waits for.
    if saving.isUnfinished { return .milliseconds(1) }
    if stage == .live, canPublish {
      if let due = schedule.nextTime { next = min(next, due) }
      if !retained.isDone || !clears.isEmpty || questions.isBusy { return .zero }
      if stopping == nil { next = min(next, discovery.nextTime) }
    }
    if stage == .live, configuration.history != nil { next = min(next, nextThinning) }
    if let reread = recovery.nextReread { next = min(next, reread) }
    if let stopping { next = min(next, stopping.deadline) }
    return max(.zero, next - ended)
  }
}
