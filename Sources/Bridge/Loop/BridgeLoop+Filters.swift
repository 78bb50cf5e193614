import Presence
import Topics

/// What the bridge subscribes to, and what it remembers of that: a broker keeps the filters of a session for as long as
/// the session lasts, whatever becomes of the bridge.
extension BridgeLoop {
  /// What must not be lost, and the fence that has to stand in line with it. Our own status is our last word in the
  /// session: the will that the broker says for us waits there for the next connection. Heartbeats would push all of
  /// it out of the queue for an absent bridge.
  var acknowledgedFilters: [String] {
    (configuration.native ? names.statusFilters + names.roomFilters : [])
      + sourceFilters(atLeastOnce: true) + [names.fence, names.bridgeStatus]
  }

  private func plainFilters(_ session: Session) -> [String] {
    (configuration.native ? names.heartbeatFilters : [])
      + sourceFilters(atLeastOnce: false) + [names.query, names.brokerUptime, names.brokerDropped]
      + session.discovery.lastingFilters
  }

  /// Our own retained topics, read only to compare them.
  func passingFilters(_ session: Session) -> [String] {
    [names.occupancyFilter, names.countFilter, names.stats] + session.discovery.filters
  }

  /// Those that read the statuses again.
  var replayFilters: [String] {
    (configuration.native ? names.statusReplayFilters : []) + sources.replayFilters
  }

  private func lastingFilters(_ session: Session) -> [String] {
    acknowledgedFilters + plainFilters(session)
  }

  /// What the broker says of itself, and we have said of ourselves, comes first: what the replays may say depends on it.
  func subscribe(_ session: Session) {
    let first = [names.brokerUptime, names.brokerDropped, names.stats]
    tell(session.subscribe(first, atLeastOnce: false))
    tell(session.subscribe(acknowledgedFilters, atLeastOnce: true))
    let plain = (plainFilters(session) + passingFilters(session)).filter { !first.contains($0) }
    tell(session.subscribe(plain, atLeastOnce: false))
  }

  private func tell(_ problem: String?) {
    guard let problem else { return }
    log.limited("subscribe", .error, at: now, "a subscription cannot be asked for: \(problem)")
  }

  /// Filters that an earlier connection may have left in the session: those that are remembered, and a reading of the
  /// statuses that was cut short.
  func endOldSubscriptions(_ session: Session, _ kept: [String]) {
    let wanted = Set(lastingFilters(session) + passingFilters(session))
    let old = kept.filter { !wanted.contains($0) && !$0.hasPrefix("$rollcall/") }
    session.unsubscribe(old + replayFilters.filter { !old.contains($0) })
  }

  /// The broker has taken filters back: they need not be remembered any more.
  func forgetUnsubscribed(_ session: Session) {
    guard session.hasUnsubscribed else { return }
    session.hasUnsubscribed = false
    keepFilters()
  }

  /// Remembers what the broker may hold for our session, until it has said that it does not, where rooms are described to
  /// Home Assistant, and which sources and assignments there are.
  ///
  /// - Returns: whether it is remembered.
  @discardableResult
  func keepFilters() -> Bool {
    guard let session else { return false }
    let marks = sourceMarks.filters + assignmentMarks.filters
    let reading = session.reread.isUnderWay ? replayFilters : []
    let usual = Set(passingFilters(session))
    let passing =
      reading + session.rights.filters + ownEventsFilters(session) + session.subscriptions.owed
      + session.subscriptions.held.keys.filter { !usual.contains($0) }
    let refused = Set(session.subscriptions.refused.map(\.filter))
    let lasting = lastingFilters(session).filter { !refused.contains($0) }
    let filters = Set(lasting + session.discovery.filters + passing + marks + unsettled(session))
    if Set(storage.filters) == filters { return true }
    do {
      try storage.keep(filters: filters.sorted())
      return true
    } catch {
      log.limited(
        "filters", .warning, at: now,
        "what the bridge is subscribed to cannot be noted in \(configuration.database): \(error)")
      return false
    }
  }
}

extension BridgeLoop {
  /// What is remembered until the session is live: what there was, which is being taken back, and that it is not.
  private func unsettled(_ session: Session) -> [String] {
    guard session.phase != .live else { return [] }
    let kept = storage.filters
    let aliveAt = reconnecting.hasSettled ? saving.aliveAt : saving.startedFrom
    return kept.filter { !Unsettled.isMark($0) }
      + [Unsettled.mark(Unsettled.since(kept) ?? aliveAt)]
  }

  /// What the broker said to the filters of a SUBSCRIBE.
  func sessionDidSubscribe(_ answers: [Subscriptions.Answer]) {
    let refused = answers.filter(\.isRefused)
    for answer in answers where answer.isLess {
      log.limited(
        "qos", .warning, at: now,
        "the broker grants \(answer.filter) at QoS 0 alone: what is sent while the bridge is away is lost"
      )
    }
    guard !refused.isEmpty else { return mendedSubscriptions(answers) }
    tally.subscriptionsRefused += UInt64(refused.count)
    log.limited(
      "subscribe", .error, at: now,
      "the broker refuses the subscription to \(refused.map(\.filter).joined(separator: ", ")) "
        + "(reason \(refused[0].code)): its ACL must let this login subscribe; asking again later")
    session?.refusedFilters.begin(at: now.instant)
  }

  /// A filter that had been refused is granted: what is retained there is to be read as at the beginning.
  private func mendedSubscriptions(_ answers: [Subscriptions.Answer]) {
    guard let session, session.refusedFilters.times > 0, session.subscriptions.refused.isEmpty,
      answers.contains(where: \.isLasting)
    else { return }
    session.wantsRenewal = "every subscription is granted now"
  }

  /// Asks again for what was refused, or could not be asked for.
  func askAgainIfDue() {
    guard let session, session.refusedFilters.isOver(at: now.instant) else { return }
    let owed = session.subscriptions.takeOwed()
    session.unsubscribe(owed)
    if !owed.isEmpty { keepFilters() }
    let refused = session.subscriptions.refused
    session.subscribe(refused.filter(\.isAtLeastOnce).map(\.filter), atLeastOnce: true)
    session.subscribe(refused.filter { !$0.isAtLeastOnce }.map(\.filter), atLeastOnce: false)
  }
}
