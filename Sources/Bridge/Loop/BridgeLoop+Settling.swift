import Presence
import Topics

/// From the CONNACK until the fence has come back behind the replays.
extension BridgeLoop {
  /// Everything is asked for, in one write, before the first message is read: a write later on would let
  /// acknowledgements go, too.
  func beginSettling(_ session: Session, _ welcome: LinkWelcome) {
    engine.connected(at: now)
    session.phase = .settling
    tally.connections += 1
    session.receivedBefore = tally.received
    session.maximumPacketSize = welcome.maximumPacketSize
    let kept = storage.filters
    session.discovery.findLeftovers(in: kept)
    forgetDroppedSources(in: kept)
    takeOutUnassigned(in: kept)
    session.recovery = Recovery(
      sessionPresent: welcome.sessionPresent, disconnectedAt: reconnecting.disconnectedAt,
      aliveAt: Unsettled.since(kept) ?? saving.startedFrom, dropped: reconnecting.dropped, at: now)
    if !isWhatWasKept(kept) { session.recovery.doubtEverything() }
    reconnecting.accepted()
    log.log(
      .info, at: now,
      "connected to \(configuration.broker), session \(welcome.sessionPresent ? "kept" : "new")")
    tellWindow(welcome)
    if welcome.sessionPresent {
      claimSession(session)
      endOldSubscriptions(session, kept)
    }
    subscribe(session)
    keepFilters()
    // Who looks whether a bridge has the session finds its run there.
    publishStats()
    sendFence()
    session.write()
  }

  /// Whether what the session was kept for is what is asked for now, and the database knows what was acknowledged.
  private func isWhatWasKept(_ kept: [String]) -> Bool {
    let marks = sourceMarks.filters + assignmentMarks.filters
    let isKnown = reconnecting.disconnectedAt != nil || configuration.durability == .power
    return isKnown && !reconnecting.mayHaveMissed && Unsettled.since(kept) == nil
      && Set(kept).isSuperset(of: acknowledgedFilters + marks)
  }

  /// Leaves word in the session for the bridge that it may have been taken from, which is back in a moment if it did not
  /// hear why its connection ended. 3.1.1's fences do that anyway.
  private func claimSession(_ session: Session) {
    guard session.version == .v5 else { return }
    _ = session.publish(
      Array(names.fence.utf8), session.fences.claim, atLeastOnce: true, retain: false, as: .fence)
  }

  /// When ``settleIfReached()`` has something to do.
  var settlingTime: Instant {
    guard let session, session.phase == .settling else { return .never }
    let stall = session.withheld > 0 && !saving.isUnfinished ? stallTime(session) : .never
    return min(
      min(session.missingFence.nextTime, resendTime(session)), session.refusedFilters.nextTime,
      stall)
  }

  func settleIfReached() {
    guard let session, session.phase == .settling else { return }
    if isContested(session) { return }
    askAgainIfDue()
    if session.mustFenceAgain || now.instant >= resendTime(session) {
      session.mustFenceAgain = false
      sendFence()
    }
    if session.missingFence.isOver(at: now.instant) { tellMissingFence(session) }
    guard session.fenceIsBack else { return }
    session.fenceIsBack = false
    if session.missingFence.times > 0, !session.hasReadAgain { return readAgain(session) }
    settle(session)
  }

  /// Lost, or kept from us. Where something always comes, a full queue may have dropped it all the same.
  private func resendTime(_ session: Session) -> Instant {
    let last = session.fences.lastSent
    guard last.nanoseconds != .min else { return .never }
    return min(last + .seconds(5), max(last, session.lastInput) + .seconds(1))
  }

  private func tellMissingFence(_ session: Session) {
    tally.fencesMissing += 1
    if now.instant < session.lastBacklog + .seconds(1) {
      return log.log(
        .notice, at: now,
        "still being sent what was retained or waited for the bridge "
          + "(\(session.deliveries) messages so far); nothing is published until all has come")
    }
    log.log(
      .error, at: now,
      "nothing comes back from \(names.fence): the broker's ACL must let this login write it "
        + "and read it, and read the clients' topics; nothing is published until then"
        + refusedFilters(session))
  }

  private func refusedFilters(_ session: Session) -> String {
    let filters = session.subscriptions.refused.map(\.filter)
    return filters.isEmpty
      ? "" : " (the broker refused the subscription to \(filters.joined(separator: ", ")))"
  }

  /// What kept the fence away for so long may have kept replays away, too. Only once: a queue that the replays fill keeps
  /// the fence away each time.
  private func readAgain(_ session: Session) {
    log.log(.notice, at: now, "\(names.fence) has come back; reading what is retained once more")
    session.hasReadAgain = true
    session.recovery.doubtEverything()
    session.missingFence.end()
    subscribe(session)
    sendFence()
  }

  private func settle(_ session: Session) {
    let restarted = session.recovery.brokerRestarted
    settleMoves(session)
    engine.raiseRevision(above: session.retained.revision)
    engine.settled(
      brokerRestarted: restarted, willsLost: session.recovery.willsLost,
      retainedLost: restarted && !session.retained.hasSeen && engine.showsRooms, at: now)
    session.settledAt = now.instant
    session.phase = .live
    reconnecting.dropped = session.recovery.droppedNow
    session.missingFence.end()
    session.rights.begin(received: session.receivedBefore, at: now.instant)
    session.ownEvents.begin(at: now.instant)
    session.retained.beginChecking()
    session.nextStats = now.instant
    reconnecting.settled()
    log.log(
      .notice, at: now,
      "live on \(configuration.broker) with MQTT \(session.version.name)"
        + "\(session.recovery.isRestartKnown ? ", which was restarted" : ""): "
        + "\(engine.presences) presences in \(engine.occupiedRooms) rooms")
    if session.recovery.wasSessionTaken {
      reconnecting.wasTakenByStranger()
      tellStranger()
    }
    publishStatus("online")
    session.unsubscribe(passingFilters(session))
    keepFilters()
    if session.recovery.uptime == nil { tellUnknownUptime() }
  }

  /// Mosquitto 2.0 does not say why it closes a connection.
  private func tellStranger() {
    tally.takeovers += 1
    log.limited(
      "stranger", .warning, at: now,
      "the broker was up all the time and has lost the bridge's session: another client has "
        + "connected as \(configuration.clientID), or the session was ended by hand")
  }

  private func tellUnknownUptime() {
    guard !isUptimeTold else { return }
    isUptimeTold = true
    log.log(
      .notice, at: now,
      "\(names.brokerUptime) cannot be read (the broker has none, or its ACL does not let this login "
        + "read it): that the broker was restarted is known from a lost session alone; until a lost "
        + "session, a client with timeout 0 that dies together with the broker stays")
  }
}
