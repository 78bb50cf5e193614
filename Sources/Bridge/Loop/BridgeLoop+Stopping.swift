import Presence

/// A clean end: committed, published, `offline` said, disconnected. It takes as long as the broker and the disk do, and
/// some seconds at the most.
extension BridgeLoop {
  private static let patience = Duration.seconds(3)
  /// For the database: a million rows take some seconds.
  private static let savingPatience = Duration.seconds(30)

  /// How far the end has come.
  struct Stopping {
    /// For the broker, then for the database.
    var deadline: Instant
    var saidOffline = false
    /// The connection is closed; what is left is to save.
    var isEnding = false
  }

  public func stop() {
    guard stopping == nil, !isStopped else { return }
    now = clock.now
    log.log(.notice, at: now, "stopping")
    witness?.close()
    witness = nil
    sideLink?.close()
    sideLink = nil
    stopping = Stopping(deadline: now.instant + Self.patience)
  }

  /// When ``continueStopping()`` has something to do.
  var stoppingTime: Instant { stopping?.deadline ?? .never }

  func continueStopping() {
    guard let current = stopping, !isStopped else { return }
    if current.isEnding { return continueEnding(current) }
    guard let session, session.phase != .connecting else { return beginEnding() }
    let isOver = now.instant >= current.deadline
    if saving.isHoldingBack {
      // Nothing may be sent, a goodbye neither: the will says that we are gone.
      if isOver { beginEnding() }
      return
    }
    if !isOver, session.phase == .live, schedule.nextTime != nil { return }
    if !current.saidOffline {
      stopping?.saidOffline = true
      publishStatus("offline")
      session.write()
    } else if session.inFlight.isEmpty || isOver {
      leaveWord(session)
      session.disconnect()
      session.close(LinkEnd(reason: nil))
      beginEnding()
    }
  }

  /// In the session, where it waits for the next bridge: a clean end has no will.
  private func leaveWord(_ session: Session) {
    _ = session.publish(
      Array(names.fence.utf8), session.fences.claim, atLeastOnce: true, retain: false, as: .fence)
  }

  /// The connection is over. What is not saved is tried once more, whatever the schedule says.
  func beginEnding() {
    session?.close(LinkEnd(reason: nil))
    session = nil
    stopping = Stopping(
      deadline: now.instant + Self.savingPatience, saidOffline: true, isEnding: true)
    // Nothing was ever heard: there is nothing to say to the database.
    if tally.connections == 0 { stopped() } else { saving.mustFinish() }
  }

  private func continueEnding(_ current: Stopping) {
    switch saving.end {
    case .saved: stopped()
    case .failed(let reason): endUnsaved(reason)
    case .open:
      if now.instant >= current.deadline { endUnsaved("the database takes too long") }
    }
  }

  private func endUnsaved(_ reason: String) {
    let words = "what was acknowledged since the database could be written last is lost: \(reason)"
    log.log(.error, at: now, words)
    failure = .notSaved(words)
    stopped()
  }
}
