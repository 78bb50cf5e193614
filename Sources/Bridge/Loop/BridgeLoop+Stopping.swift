import Presence

/// A clean end: committed, published, `offline` said, disconnected. It takes as long as the broker does, and
/// three seconds at the most.
extension BridgeLoop {
  private static let patience = Duration.seconds(3)

  public func stop() {
    guard stopping == nil else { return }
    now = clock.now
    log.log(.notice, at: now, "stopping")
    stopping = Stopping(deadline: now.instant + Self.patience)
  }

  func continueStopping() {
    guard let current = stopping, stage != .stopped, !saving.isUnfinished else { return }
    switch stage {
    case .waiting, .connecting: return finish()
    case .live where schedule.nextTime != nil && now.instant < current.deadline: return
    case .live, .settling, .stopped: break
    }
    if !current.saidOffline {
      stopping?.saidOffline = true
      attempt { link throws(LinkError) in
        try say("offline", on: link)
        try link.write()
      }
    } else if inFlight.isEmpty || now.instant >= current.deadline {
      attempt { link throws(LinkError) in
        try link.disconnect()
        try link.write()
      }
      finish()
    }
  }

  private func finish() {
    link = nil
    stage = .stopped
    // Last word to the database: until now we were connected.
    if saving.isDurable, tally.connections > 0 { stamp() }
  }
}
