import Bridge
import Presence

/// How the broker ends and comes back.
extension SimulatedBroker {
  enum Memory {
    /// With all that it had: it stores every change.
    case everything
    /// Without anything.
    case nothing
    /// With what it had stored some time ago.
    case older
  }

  /// Every connection ends at once, with what is under way on it.
  func kill(_ memory: Memory, for duration: Duration) {
    guard isUp else { return }
    world.note("the broker is killed, keeps \(memory)")
    end(memory, for: duration)
  }

  /// SIGTERM: every will is published first, to the bridge, too, and kept.
  func terminate(_ memory: Memory, for duration: Duration) {
    guard isUp, !isHung else { return }
    world.note("the broker is told to stop, keeps \(memory)")
    for device in devices { device.publishWill() }
    if link != nil { publishBridgeWill() }
    end(memory, for: duration)
  }

  /// Somebody who is no bridge connects under its client id, and leaves again: with a clean session nothing is left of
  /// the bridge's, else what waited in it has gone to the stranger.
  func loseSession(isClean: Bool) {
    guard isUp, !isHung, let link else { return }
    world.note("a stranger takes the bridge's session, clean \(isClean)")
    self.link = nil
    link.closeDown(isTakenOver: link.version == .v5)
    publishBridgeWill()
    if isClean { state.session = nil }
    state.session?.queue = []
    state.session?.inFlight = []
  }

  private func end(_ memory: Memory, for duration: Duration) {
    let (link, devices) = (link, devices)
    stop()
    switch memory {
    case .everything: break
    case .nothing: state = State()
    case .older: state = saved
    }
    state.retained.dropSystem()
    world.judge.brokerEnded(memory)
    link?.closeDown(isTakenOver: false)
    for device in devices { device.brokerEnded() }
    world.agenda.after(duration) { [self] in start() }
  }
}

extension Retained {
  /// `$SYS` is not stored.
  mutating func dropSystem() {
    let kept = messages.filter { $0.topic.first != UInt8(ascii: "$") }
    self = Retained()
    for message in kept { put(message) }
  }
}
