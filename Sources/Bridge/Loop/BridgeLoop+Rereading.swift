import Presence
import Topics

/// When the broker has dropped messages, the retained statuses are read again, through filters of their own
/// and at QoS 0, for which no queue fills up.
extension BridgeLoop {
  func noteDropped(_ payload: UnsafeRawBufferPointer) {
    guard let count = Payload.count(payload) else { return }
    recovery.noteDropped(count, at: now.instant)
  }

  func rereadIfDue() {
    guard stage == .live, recovery.rereadStarted == nil, let due = recovery.nextReread,
      now.instant >= due
    else { return }
    recovery.beginReread(at: now.instant)
    tally.rereads += 1
    log.log(.notice, at: now, "the broker has dropped messages; reading the statuses again")
    attempt { link throws(LinkError) in
      _ = try link.subscribe(replayFilters, atLeastOnce: false)
    }
    sendFence()
  }

  /// A fence that was sent behind the subscription is back: everything was replayed.
  func endReread(publishedAt time: Instant) {
    guard let started = recovery.rereadStarted, time >= started else { return }
    recovery.endReread(at: now.instant)
    settleMoves()
    attempt { link throws(LinkError) in _ = try link.unsubscribe(replayFilters) }
  }

  private var replayFilters: [String] {
    (configuration.native ? names.statusReplayFilters : []) + sources.replayFilters
  }
}
