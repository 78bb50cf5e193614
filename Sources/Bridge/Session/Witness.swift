import Presence

/// Looks, under a client id of its own, whether another bridge is at work: after our session was taken over.
///
/// A bridge answers another one's fence with its stats, which name its run. Only a live answer counts: what is retained
/// may be of a run that ended long ago, or anybody's; it only has us wait longer.
final class Witness {
  enum Finding: Equatable {
    /// A bridge of this run has the session.
    case bridge(run: Int64)
    /// No bridge was seen.
    case nobody
  }

  /// For an answer of a bridge that is live.
  private static let patience = Duration.seconds(2)
  /// For that of one that may have much to read first.
  private static let longPatience = Duration.seconds(10)
  /// The broker may be silent.
  private static let limit = Duration.seconds(5)

  private let run: Int64
  private let stats: String
  private let fence: String
  private var link: (any Link)?
  private var welcome: LinkWelcome?
  private var isOver = false
  private(set) var nextTime: Instant
  private var deadline: Instant
  private var nextKeepAlive: Instant
  private var otherRun: Int64?
  /// A later run is retained.
  private var mustWait = false

  init(run: Int64, stats: String, fence: String, at now: Instant) {
    self.run = run
    self.stats = stats
    self.fence = fence
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
        try ask(through: link)
      }
      if mustWait {
        mustWait = false
        deadline = now + Self.longPatience
      }
      if now >= nextKeepAlive {
        nextKeepAlive = now + .seconds(1)
        try link.keepAlive()
      }
      try link.write()
    } catch { isOver = true }
  }

  /// A fence of a run that is not its own has a bridge show itself.
  private func ask(through link: any Link) throws(LinkError) {
    let (topic, payload) = (Array(fence.utf8), Array("\(run) 0".utf8))
    let result = payload.withUnsafeBytes { bytes in
      Result { () throws(LinkError) in
        try link.publish(topic, bytes, atLeastOnce: false, retain: false)
      }
    }
    _ = try result.get()
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
      let other = StatsPayload(delivery.payload)?.run, other != run
    else { return }
    if delivery.isReplay { mustWait = other > run } else { otherRun = other }
  }

  func linkDidAcknowledge(_ id: Int32, reason: Int32) {}
  func linkDidSubscribe(_ id: Int32, granted: [Int32]) {}
  func linkDidUnsubscribe(_ id: Int32) {}
  func linkDidEnd(_ end: LinkEnd) { isOver = true }
}
