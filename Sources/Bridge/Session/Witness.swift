import Presence

/// Looks, under a client id of its own, whether another bridge is at work: after our session was taken over.
///
/// A bridge says who it is as soon as it is connected: its run stands on the retained `bridge/stats`. Where no later
/// run than ours stands there, and none shows itself, whoever took the session was no bridge.
final class Witness {
  enum Finding: Equatable {
    /// A bridge of this run has the session.
    case bridge(run: Int64)
    /// No bridge was seen.
    case nobody
  }

  /// Between the CONNACK of a bridge and its stats lies a round trip; a message to ourselves takes as long.
  private static let patience = Duration.seconds(2)
  /// The broker may be silent.
  private static let limit = Duration.seconds(5)

  private let run: Int64
  private let stats: String
  private var link: (any Link)?
  private var welcome: LinkWelcome?
  private var isOver = false
  private(set) var nextTime: Instant
  private var deadline: Instant
  private var nextKeepAlive: Instant
  private var otherRun: Int64?

  init(run: Int64, stats: String, at now: Instant) {
    self.run = run
    self.stats = stats
    nextTime = now
    deadline = now + Self.limit
    nextKeepAlive = now
  }

  /// Begins to connect; a failure is a finding, too.
  func open(_ broker: any Broker, version: LinkVersion) {
    do { link = try broker.connectWitness(version: version, delegate: self) } catch {
      isOver = true
    }
  }

  /// Does what can be done now.
  ///
  /// - Returns: what was found; `nil`: nothing yet.
  func turn(at now: Instant) -> Finding? {
    while !isOver, otherRun == nil, let link, link.isOpen {
      run(at: now)
      guard link.hasInput else { break }
    }
    if let otherRun { return .bridge(run: otherRun) }
    if isOver || now >= deadline || !(link?.isOpen ?? false) { return .nobody }
    nextTime = min(deadline, nextKeepAlive)
    return nil
  }

  private func run(at now: Instant) {
    guard let link else { return }
    do throws(LinkError) {
      try link.read()
      if let welcome {
        self.welcome = nil
        guard welcome.refusal == nil else { return isOver = true }
        deadline = now + Self.patience
        _ = try link.subscribe([stats], atLeastOnce: false)
      }
      if now >= nextKeepAlive {
        nextKeepAlive = now + .seconds(1)
        try link.keepAlive()
      }
      try link.write()
    } catch { isOver = true }
  }

  /// It is not needed any more.
  func close() {
    isOver = true
    link?.close()
  }
}

extension Witness: LinkDelegate {
  func linkDidConnect(_ welcome: LinkWelcome) { self.welcome = welcome }

  func linkDidReceive(_ delivery: Delivery) {
    guard delivery.topic.elementsEqual(stats.utf8),
      let other = StatsPayload.run(of: delivery.payload), other != run
    else { return }
    // What is retained may be of a run that ended long ago.
    if !delivery.isReplay || other > run { otherRun = other }
  }

  func linkDidAcknowledge(_ id: Int32, reason: Int32) {}
  func linkDidSubscribe(_ id: Int32, granted: [Int32]) {}
  func linkDidUnsubscribe(_ id: Int32) {}
  func linkDidEnd(_ end: LinkEnd) { isOver = true }
}
