import Bridge
import Presence

/// The network.
extension SimulatedLink {
  func sendUp(_ packet: Outgoing) {
    up { [self] in world.broker.handle(packet, from: self) }
  }

  /// Does something at the broker's end, behind all that was written.
  func up(_ body: @escaping () -> Void) {
    arrivalUp = max(arrivalUp, world.now + world.delay())
    world.agenda.at(arrivalUp) { [self] in
      guard carriesUp else { return }
      world.broker.take { [self] in if carriesUp { body() } }
    }
  }

  func follow(_ older: SimulatedLink?) {
    if let older { arrivalUp = max(arrivalUp, older.arrivalUp) }
  }

  func sendDown(_ packet: Incoming) {
    // An UNSUBACK draws no delay of its own: seeds are older than it is.
    if case .unsubscribed = packet {
    } else {
      arrivalDown = max(arrivalDown, world.now + world.delay())
    }
    world.agenda.at(arrivalDown) { [self] in
      guard carriesDown, isOpen else { return }
      inbox.append(packet)
      if case .unsubscribed = packet { world.host.wake() } else { world.host.poke() }
    }
  }

  /// The bridge's end is closed: the broker reads what was written, and then its end.
  func closeUp() {
    carriesDown = false
    open = false
    up { [self] in world.broker.ended(self, isPolite: false) }
  }

  /// The network takes nothing more, and what is in it is lost. Each end notices at once, or only by the
  /// keep-alive.
  func cut() {
    carriesUp = false
    carriesDown = false
    world.note("the bridge's connection is cut")
    let broker = world.random.chance(0.5) ? Duration.zero : world.random.duration(0...7_500)
    world.agenda.after(broker) { [self] in
      world.broker.take { [self] in world.broker.ended(self, isPolite: false) }
    }
    guard world.random.chance(0.7), isOpen else { return }
    inbox.append(.end(isTakenOver: false))
    world.host.poke()
  }

  /// The broker's end is closed: what it sent arrives, what it did not read does not.
  func closeDown(isTakenOver: Bool) {
    carriesUp = false
    sendDown(.end(isTakenOver: isTakenOver))
  }
}
