import Presence

/// One connection to the broker, from CONNECT to its end, with everything that is true of that connection alone:
/// what the broker said of itself, what it was asked for, what it has yet to acknowledge, what it replayed.
///
/// Nothing of it is ever reset: the next connection is another session. What outlives a connection stands in
/// ``Reconnecting`` and in the loop.
final class Session {
  enum Phase: Equatable {
    /// Until the broker has answered.
    case connecting
    /// Accepted; the fence behind the replays has not come back.
    case settling
    case live
  }

  let version: LinkVersion
  let startedAt: Instant
  var phase = Phase.connecting
  private(set) var link: (any Link)?
  /// Takes in what was delivered. The loop owns the session.
  private unowned let receiver: any SessionReceiver

  /// The broker's answer, until the loop has taken it.
  private(set) var welcome: LinkWelcome?
  /// How it ended; `nil`: it has not.
  private(set) var end: LinkEnd?

  /// Bytes; `nil`: the broker named no limit.
  var maximumPacketSize: Int?
  var recovery = Recovery()
  var subscriptions = Subscriptions()
  /// The broker has said that filters are no more.
  var hasUnsubscribed = false
  var inFlight = InFlight()
  var fences: Fences
  var reread = Reread()
  var retained = RetainedTopics()
  var moves = ClaimedMoves()
  var discovery: Discovery
  var questions = QuestionDesk()
  var rights: RightsCheck
  var ownEvents = OwnEvents()
  /// Names of rooms whose retained topics are to be cleared.
  var clears: ContiguousArray<[UInt8]> = []
  /// When the broker refused something last.
  var lastRefusal = Instant(nanoseconds: .min)
  /// When another bridge may be answered again that asks whether we are here.
  var nextShow = Instant(nanoseconds: .min)
  /// The run of another bridge, if one showed itself.
  var otherRun: Int64?

  /// When something was sent last that says to the broker that we are here.
  private(set) var lastWrite: Instant
  /// QoS 1 messages received, and those of them whose acknowledgements are held back.
  private(set) var received = 0
  private(set) var withheld = 0
  private(set) var lastInput: Instant
  /// When the read began that is under way.
  var readAt: Instant
  /// When a message was last delivered that is no live one of QoS 0: a replay, or one that waited for us.
  private(set) var lastBacklog: Instant
  /// What the tally said of clients' messages when the session began.
  var receivedBefore: UInt64 = 0
  /// When our status is to be said again, which somebody has written over; and when it was last.
  var restating = Instant.never
  var restatedAt = Instant(nanoseconds: 0)
  /// It was told that nothing comes from the clients' topics.
  var isSilenceTold = false
  /// What is being delivered is a replay that is older than what we know.
  private(set) var isReplayOlder = false
  /// Messages delivered, since the session began.
  private(set) var deliveries = 0
  var settledAt = Instant.never
  var nextKeepAlive: Instant
  var nextStats = Instant.never
  /// Set where a fence came back that had overtaken something.
  var mustFenceAgain = false
  var fenceIsBack = false
  /// When the missing fence is told of next.
  var missingFence = Patience()
  /// The fence came back late, and what is retained was read once more.
  var hasReadAgain = false
  /// When the filters that were refused are asked for again.
  var refusedFilters = Patience()
  /// Why another session is to begin; `nil`: this one is as good.
  var wantsRenewal: String?

  /// - Parameter run: the number of this run of the bridge.
  init(
    version: LinkVersion, run: Int64, discovery: Discovery, receiver: any SessionReceiver,
    at now: Instant
  ) {
    self.version = version
    self.discovery = discovery
    self.receiver = receiver
    startedAt = now
    lastInput = now
    readAt = now
    lastBacklog = now
    lastWrite = now
    nextKeepAlive = now
    fences = Fences(run: UInt64(run), startedAt: now)
    rights = RightsCheck(run: run)
  }

  /// Begins to connect.
  func open(_ broker: any Broker) throws(LinkError) {
    link = try broker.connect(version: version, delegate: self)
  }

  var isOpen: Bool { end == nil && link?.isOpen ?? false }
  var hasInput: Bool { link?.hasInput ?? false }

  /// The broker's answer, once.
  func takeWelcome() -> LinkWelcome? {
    defer { welcome = nil }
    return welcome
  }

  /// Ends the session at once; what is said first of its end counts.
  func close(_ end: LinkEnd) {
    if self.end == nil { self.end = end }
    link?.close()
    link = nil
  }

  /// What was withheld has been let go.
  func acknowledged(at now: Instant) { (withheld, lastWrite) = (0, now) }
}

/// Who takes in what a session was delivered.
protocol SessionReceiver: AnyObject {
  func sessionDidReceive(_ delivery: Delivery)
  func sessionDidAcknowledge(_ sent: InFlight.Sent, reason: Int32)
  func sessionDidSubscribe(_ answers: [Subscriptions.Answer])
}

extension Session: LinkDelegate {
  func linkDidConnect(_ welcome: LinkWelcome) { self.welcome = welcome }

  func linkDidReceive(_ delivery: Delivery) {
    deliveries += 1
    lastInput = readAt
    isReplayOlder = delivery.isReplay && delivery.isAcknowledged && recovery.hasMissedNothing
    if delivery.isAcknowledged {
      received += 1
      withheld += 1
      lastBacklog = lastInput
    } else if delivery.isReplay {
      lastBacklog = lastInput
    }
    receiver.sessionDidReceive(delivery)
  }

  func linkDidAcknowledge(_ id: Int32, reason: Int32) {
    guard let sent = inFlight.remove(id) else { return }
    receiver.sessionDidAcknowledge(sent, reason: reason)
  }

  func linkDidSubscribe(_ id: Int32, granted: [Int32]) {
    receiver.sessionDidSubscribe(subscriptions.answered(id, granted: granted))
  }

  func linkDidUnsubscribe(_ id: Int32) {
    subscriptions.unsubscribed(id)
    hasUnsubscribed = true
  }

  func linkDidEnd(_ end: LinkEnd) { if self.end == nil { self.end = end } }
}
