import Presence
import Topics

/// When the broker has dropped messages, the retained statuses are read again, through filters of their own
/// and at QoS 0, for which no queue fills up.
extension BridgeLoop {
  func noteDropped(_ delivery: Delivery) {
    guard let count = Payload.count(delivery.payload) else { return }
    session?.recovery.noteDropped(count, isReplay: delivery.isReplay)
    if reconnecting.dropped == nil, stage == .live { reconnecting.dropped = Int64(count) }
    session?.reread.note(dropped: count, at: now.instant)
  }

  /// When ``rereadIfDue()`` has something to do: to begin, or to send its fence again, which may have been dropped.
  var rereadTime: Instant {
    guard let session else { return .never }
    return session.reread.isUnderWay ? session.fences.nextTime : session.reread.nextTime
  }

  func rereadIfDue() {
    guard let session, now.instant >= rereadTime else { return }
    if session.reread.isUnderWay { return sendFence() }
    session.reread.begin(behind: session.fences.number, at: now.instant)
    tally.rereads += 1
    log.log(.notice, at: now, "the broker has dropped messages; reading the statuses again")
    // Should this run end before the reading does, the next one knows what is left in the session.
    keepFilters()
    let problem = session.subscribe(replayFilters, atLeastOnce: false, isLasting: false)
    if let problem { return giveUpReread(session, problem) }
    sendFence()
  }

  private func giveUpReread(_ session: Session, _ problem: String) {
    log.log(.warning, at: now, "the statuses cannot be read again now: \(problem)")
    session.reread.putOff(at: now.instant)
    session.unsubscribe(replayFilters)
  }

  /// A fence that was sent behind the subscription is back: everything was replayed.
  func endReread(_ session: Session, _ fence: UInt64) {
    guard session.reread.fenceReturned(fence, at: now.instant) else { return }
    reconnecting.dropped = session.reread.readUpTo.map { Int64($0) }
    settleMoves(session)
    session.unsubscribe(replayFilters)
  }
}
