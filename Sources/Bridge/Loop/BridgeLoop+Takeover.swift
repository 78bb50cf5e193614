import Presence

/// Two bridges with one client id do not fight, and a stranger who connects under it costs the bridge its session and
/// no more.
extension BridgeLoop {
  /// The broker said that another client has taken over the session: was it a bridge?
  func lookForBridge(_ version: LinkVersion) {
    tally.takeovers += 1
    log.limited(
      "takeover", .warning, at: now,
      "\(configuration.clientID) is in use by another client, which has taken over the session; "
        + "looking whether that is another bridge")
    look(version)
  }

  private func look(_ version: LinkVersion) {
    let witness = Witness(
      run: run, stats: names.stats, fence: names.fence, at: now.instant)
    self.witness = witness
    witness.open(broker, version: version)
  }

  func look(through witness: Witness) {
    guard let finding = witness.turn(at: now.instant) else { return }
    witness.close()
    self.witness = nil
    switch finding {
    case .bridge(let other) where isCredible(other):
      takenOver(
        "another bridge (run \(other)) has taken over the session of \(configuration.clientID)")
    case .bridge, .nobody:
      reconnecting.wasTakenByStranger()
      reconnecting.tryAtOnce(at: now.instant)
      log.limited(
        "stranger", .warning, at: now,
        "no other bridge shows itself on \(names.stats): whoever connects as "
          + "\(configuration.clientID) is none; connecting again")
    }
  }

  /// With 3.1.1 nobody is told that a session was taken over, and with 5 the broker's word may be lost; the retained stats
  /// and the fences in the session name the other bridge. Anybody may have put them there, so that bridge is looked for.
  ///
  /// - Returns: whether it is, so that the session is over.
  func isContested(_ session: Session) -> Bool {
    guard let other = session.otherRun, isCredible(other), reconnecting.isLater(other, than: run)
    else { return false }
    reconnecting.believed(other)
    session.close(LinkEnd(reason: "run \(other) is at work under the same client id"))
    handleSessionChange()
    look(session.version)
    return true
  }

  /// Another bridge asks, by a fence of its own, whether we are here: our stats name our run.
  func showItself(to other: Int64?) {
    guard let session, let other, other != run, now.instant >= session.nextShow else { return }
    session.nextShow = now.instant + .seconds(1)
    publishStats()
  }

  /// A run's number is the time of its start: one that is yet to come is none.
  private func isCredible(_ other: Int64) -> Bool {
    let day: Int64 = 86_400_000
    return other > 0 && other <= Revision.start(at: now.wall + day)
  }

  func takenOver(_ reason: String) {
    failure = .takenOver(reason)
    session?.close(LinkEnd(reason: reason))
    session = nil
    stopped()
  }
}
