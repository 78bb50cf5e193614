import Presence

/// A session's life as the loop sees it: attempts, the broker's answer, and the end.
extension BridgeLoop {
  /// When ``connectIfDue()`` has something to do.
  var connectingTime: Instant {
    guard session == nil, !isStopped, stopping == nil else { return .never }
    return witness.map(\.nextTime) ?? reconnecting.nextAttempt
  }

  func connectIfDue() {
    guard session == nil, stopping == nil, !isStopped else { return }
    if let witness { return look(through: witness) }
    guard now.instant >= reconnecting.nextAttempt else { return }
    let session = Session(
      version: reconnecting.version, run: run, discovery: Discovery(configuration, names),
      receiver: self, at: now.instant)
    reconnecting.begin()
    do throws(LinkError) {
      try session.open(broker)
      self.session = session
    } catch {
      log.limited("connect", .warning, at: now, "\(configuration.broker): \(error)")
      scheduleReconnect()
    }
  }

  private func scheduleReconnect() {
    guard let change = reconnecting.schedule(at: now.instant, jitter: clock.jitter()) else {
      return
    }
    let word = change.reason == .versionRefused ? "does not speak" : "hangs up on"
    log.log(.notice, at: now, "\(configuration.broker) \(word) MQTT 5; trying 3.1.1")
  }

  /// Does what a callback could not: subscribes after the CONNACK, or takes the end for one.
  ///
  /// - Returns: whether the session is over.
  @discardableResult
  func handleSessionChange() -> Bool {
    guard let session else { return false }
    if let welcome = session.takeWelcome() {
      takeBeats()
      if welcome.refusal == nil {
        beginSettling(session, welcome)
      } else {
        refused(session, welcome)
      }
    }
    if let end = session.end {
      takeBeats()
      ended(session, end)
      return true
    }
    // A goodbye is written behind the acknowledgements: none may be held back.
    if let reason = session.wantsRenewal, stopping == nil, session.withheld == 0,
      !saving.isHoldingBack
    {
      takeBeats()
      renewSession(reason)
      return true
    }
    return false
  }

  private func refused(_ session: Session, _ welcome: LinkWelcome) {
    reconnecting.ending = welcome.isUnsupportedVersion ? .versionRefused : .refused
    if welcome.isUnsupportedVersion, configuration.protocolVersion == .automatic,
      session.version == .v5
    {
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

  private func ended(_ session: Session, _ end: LinkEnd) {
    session.close(end)
    self.session = nil
    if end.isUnanswered { reconnecting.ending = .hungUp }
    let refusal = session.lastRefusal
    if refusal.nanoseconds != .min, now.instant < refusal + .seconds(1) { hangsUpAtRefusals = true }
    reconnecting.ended(session, at: now.instant)
    if session.phase != .connecting {
      engine.disconnected(at: now)
      saving.loseSight(at: now.wall)
      refusals.unanswered(at: now.instant)
    }
    if stopping != nil { return beginEnding() }
    scheduleReconnect()
    if end.isTakenOver { return lookForBridge(session.version) }
    tellEnd(end)
  }

  private func tellEnd(_ end: LinkEnd) {
    // A refusal has been told.
    if reconnecting.ending == .refused || reconnecting.ending == .versionRefused { return }
    log.limited(
      "ended", .warning, at: now,
      "\(configuration.broker): \(end.reason ?? "the connection was closed"); trying again")
  }

  /// When the link is to be looked after.
  var sessionTime: Instant {
    guard let session else { return .never }
    return min(session.nextKeepAlive, session.nextStats)
  }

  func keepAliveIfDue() {
    guard let session, now.instant >= session.nextKeepAlive else { return }
    session.nextKeepAlive = now.instant + .seconds(1)
    session.keepAlive()
    handleSessionChange()
  }

  /// Ends the session and begins another at once: the way on which everything is read anew.
  func renewSession(_ reason: String) {
    guard let session else { return }
    log.log(.notice, at: now, "\(configuration.broker): \(reason); connecting anew")
    session.disconnect()
    session.close(LinkEnd(reason: nil))
    self.session = nil
    reconnecting.ended(session, at: now.instant)
    reconnecting.tryAtOnce(at: now.instant)
    reconnecting.doubtEverything()
    engine.disconnected(at: now)
    saving.loseSight(at: now.wall)
    refusals.unanswered(at: now.instant)
  }
}
