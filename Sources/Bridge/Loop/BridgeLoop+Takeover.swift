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
    let witness = Witness(run: run, stats: names.stats, at: now.instant)
    self.witness = witness
    witness.open(broker, version: version)
  }

  func look(through witness: Witness) {
    guard let finding = witness.turn(at: now.instant) else { return }
    witness.close()
    self.witness = nil
    switch finding {
    case .bridge(let other): return takenOver(by: other)
    case .nobody:
      log.limited(
        "stranger", .warning, at: now,
        "no other bridge shows itself on \(names.stats): whoever connects as "
          + "\(configuration.clientID) is none; connecting again")
      reconnecting.tryAtOnce(at: max(now.instant, reconnecting.nextAttempt))
    }
  }

  /// With 3.1.1 nobody is told that a session was taken over; its retained stats and fences name the other bridge.
  ///
  /// - Returns: whether there is one, so that the loop has ended.
  func isTakenOver(_ session: Session) -> Bool {
    guard let other = session.otherRun, reconnecting.isLater(other, than: run) else { return false }
    takenOver(by: other)
    return true
  }

  private func takenOver(by other: Int64) {
    takenOver(
      "another bridge (run \(other)) has taken over the session of \(configuration.clientID)")
  }

  func takenOver(_ reason: String) {
    failure = .takenOver(reason)
    session?.close(LinkEnd(reason: reason))
    session = nil
    stopped()
  }
}
