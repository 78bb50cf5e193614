import Presence

/// Listens to the bridge's own events where the broker would not say that it refuses them.
extension BridgeLoop {
  /// When ``listenToOwnEvents()`` has something to do.
  var ownEventsTime: Instant {
    guard let session, session.phase == .live, session.version == .v311, stopping == nil else {
      return .never
    }
    return session.ownEvents.wantsFence ? session.fences.nextTime : session.ownEvents.nextTime
  }

  func listenToOwnEvents() {
    guard let session, now.instant >= ownEventsTime else { return }
    if session.ownEvents.wantsFence { return sendFence() }
    guard saving.isDurable else { return session.ownEvents.putOff(at: now.instant) }
    session.ownEvents.listen()
    // Should this run end before a look does, the next one knows what is left in the session.
    guard keepFilters(),
      session.subscribe(ownEventsFilters(session), atLeastOnce: false, isLasting: false) == nil
    else {
      session.unsubscribe([names.eventsFilter])
      return session.ownEvents.putOff(at: now.instant)
    }
  }

  func ownEventsFilters(_ session: Session) -> [String] {
    session.ownEvents.isListening ? [names.eventsFilter] : []
  }

  func concludeOwnEvents(_ session: Session, _ fence: UInt64) {
    guard let outcome = session.ownEvents.fenceReturned(fence, at: now.instant) else { return }
    session.unsubscribe([names.eventsFilter])
    switch outcome {
    case .quiet: break
    case .mended: log.log(.notice, at: now, "\(names.eventsFilter) can be written again")
    case .missing:
      tally.rightsMissing += 1
      log.limited(
        "events", .error, at: now,
        "what we publish on \(names.eventsFilter) does not come back: the broker's ACL must let this "
          + "login write it, and read it, so that the bridge sees that; until then no changes are told"
      )
    }
  }
}
