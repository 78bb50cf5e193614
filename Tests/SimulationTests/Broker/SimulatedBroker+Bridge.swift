import Bridge
import Presence

/// The broker's end of the bridge's connection.
extension SimulatedBroker {
  func connect(_ new: SimulatedLink) {
    if let old = link, old !== new {
      world.note("the broker closes the bridge's older connection")
      old.closeDown(isTakenOver: old.version == .v5)
    }
    link = new
    let isKept = state.session != nil
    if !isKept { state.session = Session() }
    world.judge.accepted(sessionKept: isKept)
    new.sendDown(.welcome(LinkWelcome(sessionPresent: isKept)))
    for (id, message, isReplay) in state.session?.inFlight ?? [] {
      new.sendDown(.publish(message, id: id, isReplay: isReplay))
    }
    pump()
  }

  /// Sends from the queue what the window has room for.
  private func pump() {
    guard let link, var session = state.session else { return }
    while session.inFlight.count < world.plan.window, !session.queue.isEmpty {
      let (message, isReplay) = session.queue.removeFirst()
      session.nextID += 1
      session.inFlight.append((session.nextID, message, isReplay))
      link.sendDown(.publish(message, id: session.nextID, isReplay: isReplay))
    }
    state.session = session
  }

  func handle(_ packet: SimulatedLink.Outgoing, from sender: SimulatedLink) {
    guard sender === link else { return }
    switch packet {
    case .acknowledgement(let id):
      state.session?.inFlight.removeAll { $0.id == id }
      pump()
    case .publish(let message, let id):
      if message.isAcknowledged { sender.sendDown(.acknowledgement(id)) }
      world.note("bridge says \(message)")
      world.judge.published(message)
      publish(message)
    case .subscribe(let id, let filters, let atLeastOnce):
      sender.sendDown(.granted(id, filters.map { _ in atLeastOnce ? 1 : 0 }))
      subscribe(filters, atLeastOnce)
    case .unsubscribe(let id, let filters):
      state.session?.subscriptions.removeAll { filters.contains($0.name) }
      sender.sendDown(.unsubscribed(id))
    case .ping: sender.sendDown(.pong)
    case .disconnect: ended(sender, isPolite: true)
    }
  }

  /// The SUBACK comes first, then what is retained, in the order of the filters.
  private func subscribe(_ filters: [String], _ atLeastOnce: Bool) {
    for name in filters {
      let filter = TopicFilter.split(Array(name.utf8))
      state.session?.subscriptions.removeAll { $0.name == name }
      state.session?.subscriptions.append(
        Subscription(filter: filter, name: name, atLeastOnce: atLeastOnce))
      for message in state.retained.messages where TopicFilter.matches(filter, message.topic) {
        pass(message, atLeastOnce: atLeastOnce && message.isAcknowledged, isReplay: true)
      }
    }
  }

  /// The bridge is gone; unless it took its leave, its will says so.
  func ended(_ sender: SimulatedLink, isPolite: Bool) {
    guard sender === link else { return }
    link = nil
    world.note("the broker has lost the bridge\(isPolite ? ", which took its leave" : "")")
    sender.closeDown(isTakenOver: false)
    if !isPolite { publishBridgeWill() }
  }

  func publishBridgeWill() {
    let will = Message(
      "presence/bridge/status", Array("offline".utf8), isAcknowledged: true, isRetained: true)
    world.judge.published(will)
    publish(will)
  }
}
