import Presence
import Topics

/// The connection's life: attempts, the answer, subscribing, settling, and the end.
extension BridgeLoop {
  func connectIfDue() {
    guard case .waiting(let until) = stage, now.instant >= until, stopping == nil else { return }
    do {
      stage = .connecting
      recovery.ending = .unanswered
      link = try broker.connect(version: version, delegate: self)
    } catch {
      log.log(.warning, at: now, "\(configuration.broker): \(error)")
      link = nil
      scheduleReconnect()
    }
  }

  /// A broker that says that it does not speak 5 is asked with 3.1.1 at once; everything else waits.

  private func scheduleReconnect() {
    let last = version
    if configuration.protocolVersion == .automatic {
      version = recovery.fallback.version(after: recovery.ending, of: last)
    }
    if last == .v5, version == .v311 {
      log.log(
        .notice, at: now,
        "\(configuration.broker) \(recovery.ending == .versionRefused ? "does not speak" : "hangs up on") "
          + "MQTT 5; trying 3.1.1")
    }
    let isAtOnce = recovery.ending == .versionRefused && version == .v311
    stage = .waiting(
      until: isAtOnce ? now.instant : now.instant + backoff.fail(jitter: clock.jitter()))
  }

  public func linkDidConnect(_ welcome: LinkWelcome) { self.welcome = welcome }

  public func linkDidEnd(_ end: LinkEnd) {
    if end.isUnanswered { recovery.ending = .hungUp }
    ended = ended ?? Ended(reason: end.reason, isTakenOver: end.isTakenOver)
  }

  public func linkDidUnsubscribe(_ id: Int32) {}

  public func linkDidSubscribe(_ id: Int32, granted: [Int32]) {
    guard granted.contains(where: { $0 >= 128 }) else { return }
    log.limited(
      "subscribe", .error, at: now, "the broker refuses a subscription: the bridge needs them all")
  }

  /// An error that a link threw is its end, whether it told its delegate or not.
  func noteEnd(_ error: LinkError) {
    ended = ended ?? Ended(reason: error.description, isTakenOver: false)
  }

  /// Does what a callback could not: subscribes after the CONNACK, or takes the end for one.
  func handleConnectionChange() -> Bool {
    if welcome != nil || ended != nil { takeBeats() }
    if let welcome {
      self.welcome = nil
      if welcome.refusal == nil { beginSettling(welcome) } else { refused(welcome) }
    }
    guard let ended else { return false }
    self.ended = nil
    end(ended)
    return true
  }

  private func refused(_ welcome: LinkWelcome) {
    recovery.ending = welcome.isUnsupportedVersion ? .versionRefused : .refused
    if welcome.isUnsupportedVersion, configuration.protocolVersion == .automatic, version == .v5 {
      return
    }
    log.limited(
      "refused", .error, at: now,
      "\(configuration.broker) refuses the connection: \(welcome.refusal ?? "no reason given")"
        + "\(welcome.isLoginRefused ? loginHint : ""); trying again")
  }

  private var loginHint: String {
    guard let user = configuration.username else { return " (username is not configured)" }
    let file = configuration.passwordFile.map { "password_file \($0)" } ?? "no password_file"
    return " (username \(user), \(file))"
  }

  /// Everything is asked for, in one write, before the first message is read: a write later on would let
  /// acknowledgements go, too.
  private func beginSettling(_ welcome: LinkWelcome) {
    engine.connected(at: now)
    stage = .settling
    recovery.ending = .accepted
    tally.connections += 1
    lastInput = now.instant
    receivedAcknowledged = 0
    withheld = 0
    maximumPacketSize = welcome.maximumPacketSize
    retained.reset()
    moves.removeAll()
    if let kept = try? storage.filters() {
      discovery.findLeftovers(in: kept)
      forgetDroppedSources(in: kept)
      takeOutUnassigned(in: kept)
    }
    recovery.connected(
      sessionPresent: welcome.sessionPresent, aliveAt: saving.aliveAt, at: now)
    log.log(
      .info, at: now,
      "connected to \(configuration.broker), session \(welcome.sessionPresent ? "kept" : "new")")
    attempt { link throws(LinkError) in
      try say("online", on: link)
      if welcome.sessionPresent { try claimSession(on: link) }
      _ = try link.subscribe(acknowledgedFilters, atLeastOnce: true)
      _ = try link.subscribe(plainFilters, atLeastOnce: false)
    }
    sendFence()
    if isContested, version == .v311 { publishStats() }
    attempt { link throws(LinkError) in try link.write() }
  }

  /// Leaves word in the session for the bridge that it may have been taken from, which is back in a moment: by
  /// then we may not have settled, and our stats not have named us. 3.1.1's fences do that anyway.
  private func claimSession(on link: any Link) throws(LinkError) {
    guard version == .v5 else { return }
    _ = try sendBytes(
      Array(names.fence.utf8), fences.claim, atLeastOnce: true, retain: false, on: link)
  }

  /// What must not be lost, and the fence that has to stand in line with it. Heartbeats would push it out
  /// of the queue for an absent bridge.
  private var acknowledgedFilters: [String] {
    (configuration.native ? names.statusFilters + names.roomFilters : [])
      + sourceFilters(atLeastOnce: true) + [names.fence]
  }

  private var plainFilters: [String] { lastingPlainFilters + passingFilters }

  private var lastingPlainFilters: [String] {
    (configuration.native ? names.heartbeatFilters : [])
      + sourceFilters(atLeastOnce: false) + [names.query, names.brokerUptime, names.brokerDropped]
      + discovery.lastingFilters
  }

  /// Our own retained topics, read only to compare them.
  private var passingFilters: [String] {
    [names.occupancyFilter, names.countFilter, names.stats] + discovery.filters
  }

  private var lastingFilters: [String] { acknowledgedFilters + lastingPlainFilters }

  func say(_ word: String, on link: any Link) throws(LinkError) {
    _ = try publish(Array(names.bridgeStatus.utf8), Array(word.utf8), retain: true, on: link)
  }

  /// Calls the link; an error is its end.
  func attempt(_ body: (any Link) throws(LinkError) -> Void) {
    guard let link, link.isOpen else { return }
    do throws(LinkError) { try body(link) } catch { noteEnd(error) }
  }

  func settleIfReached() {
    guard stage == .settling else { return }
    if let other = recovery.laterRun(than: run, hasSettled: settledAt.nanoseconds != 0) {
      return takenOver(
        "another bridge (run \(other)) has taken over the session of \(configuration.clientID)")
    }
    if recovery.mustFenceAgain || isFenceMissing {
      recovery.mustFenceAgain = false
      sendFence()
    }
    guard recovery.fenceIsBack else { return }
    recovery.fenceIsBack = false
    settle()
  }

  /// No fence although nothing else comes any more: lost, or the ACL keeps it from us. Where something always
  /// comes, a full queue may have dropped it all the same.
  private var isFenceMissing: Bool {
    let isSilent = now.instant >= lastInput + .seconds(1)
    guard now.instant >= fences.lastSent + .seconds(isSilent ? 1 : 5) else { return false }
    if now.instant >= lastInput + .seconds(3) {
      log.limited(
        "fence", .error, at: now,
        "nothing comes back from \(names.fence): the broker's ACL must let this login write it "
          + "and read it, and read the clients' topics; nothing is published until then")
    }
    return true
  }

  private func settle() {
    let restarted = recovery.brokerRestarted
    settleMoves()
    engine.raiseRevision(above: retained.revision)
    engine.settled(
      brokerRestarted: restarted, willsLost: recovery.willsLost,
      retainedLost: restarted && !retained.hasSeen && engine.showsRooms, at: now)
    settledAt = now.instant
    isContested = false
    stage = .live
    retained.beginChecking()
    nextStats = now.instant
    log.log(
      .notice, at: now,
      "live on \(configuration.broker) with MQTT \(version.name)\(restarted ? ", which was restarted" : ""): "
        + "\(engine.presences) presences in \(engine.occupiedRooms) rooms")
    unsubscribeWhatPassed()
  }

  private func unsubscribeWhatPassed() {
    let lasting = lastingFilters
    let kept = (try? storage.filters()) ?? []
    let old = kept.filter {
      !lasting.contains($0) && !passingFilters.contains($0) && !$0.hasPrefix("$rollcall/")
    }
    attempt { link throws(LinkError) in _ = try link.unsubscribe(passingFilters + old) }
    keepFilters()
  }

  /// Remembers what the broker may hold for our session, where rooms are described to Home Assistant, and which
  /// sources and assignments there are.
  func keepFilters() {
    let marks = sourceMarks.filters + assignmentMarks.filters
    let filters = lastingFilters + discovery.filters + marks
    if let kept = try? storage.filters(), Set(kept) == Set(filters) { return }
    do { try storage.keep(filters: filters) } catch {
      log.limited("filters", .warning, at: now, "the subscriptions cannot be kept: \(error)")
    }
  }

  private func end(_ ended: Ended) {
    let wasConnected = stage == .settling || stage == .live
    if stage == .settling { isContested = true }
    // A connection that did not last is no success: two bridges that cut each other off must drift apart.
    if stage == .live, now.instant >= settledAt + .seconds(5) { backoff.succeed() }
    if wasConnected {
      engine.disconnected(at: now)
      saving.loseSight(at: now.wall)
    }
    link = nil
    inFlight.removeAll()
    answersInFlight.removeAll()
    fences.reset()
    retained.reset()
    discovery.reset()
    clears.removeAll()
    nextStats = .never
    if ended.isTakenOver {
      return takenOver("\(configuration.clientID) is in use by another client: session taken over")
    }
    if stopping != nil {
      stage = .stopped
      return
    }
    if wasConnected { recovery.disconnected(at: now) }
    scheduleReconnect()
    // A refusal has been told.
    if recovery.ending == .refused || recovery.ending == .versionRefused { return }
    log.limited(
      "ended", .warning, at: now,
      "\(configuration.broker): \(ended.reason ?? "the connection was closed"); trying again")
  }

  func takenOver(_ reason: String) {
    failure = .takenOver(reason)
    link = nil
    stage = .stopped
  }

  func keepAliveIfDue() {
    guard now.instant >= nextKeepAlive else { return }
    nextKeepAlive = now.instant + .seconds(1)
    attempt { link throws(LinkError) in try link.keepAlive() }
    _ = handleConnectionChange()
  }
}
