import Bridge
import Presence

/// The broker's end of the bridge's connection.
extension SimulatedBroker {
  func connect(_ new: SimulatedLink) {
    if let answer = world.trouble.welcome { return refuse(new, answer) }
    if let old = link, old !== new {
      world.note("the broker closes the bridge's older connection")
      old.closeDown(isTakenOver: old.version == .v5)
    }
    link = new
    let isKept = state.session != nil
    if !isKept { state.session = Session() }
    world.judge.accepted(sessionKept: isKept)
    if world.canary == .keepsFilter { subscribe(0, ["canary"], false, new) }
    new.sendDown(
      .welcome(LinkWelcome(sessionPresent: isKept, maximumPacketSize: new.packetLimit)))
    for (id, message, isReplay) in state.session?.inFlight ?? [] {
      new.sendDown(.publish(message, id: id, isReplay: isReplay))
    }
    pump()
  }

  /// Says no and hangs up, or says nothing at all.
  private func refuse(_ new: SimulatedLink, _ answer: LinkWelcome?) {
    guard let answer else { return }
    new.sendDown(.welcome(answer))
    new.closeDown(isTakenOver: false)
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
    case .publish(let message, let id): take(message, id, from: sender)
    case .subscribe(let id, let filters, let atLeastOnce):
      subscribe(id, filters, atLeastOnce, sender)
    case .unsubscribe(let id, let filters):
      world.note("bridge unsubscribes from \(filters)")
      state.session?.subscriptions.removeAll { filters.contains($0.name) }
      sender.sendDown(.unsubscribed(id))
    case .lost(let message): world.judge.lost(message)
    case .ping: sender.sendDown(.pong)
    case .disconnect: ended(sender, isPolite: true)
    }
  }

  /// Takes a message of the bridge's, unless the access list forbids it: MQTT 5 alone tells that.
  private func take(_ message: Message, _ id: Int32, from sender: SimulatedLink) {
    let refusal = sender.version == .v5 ? world.trouble.refuses(message) : nil
    if message.isAcknowledged {
      sender.sendDown(.acknowledgement(id, reason: refusal?.reason ?? 0))
    }
    if let refusal, refusal.reason >= 0x80 {
      world.judge.lost(message)
      if refusal.endsConnection { ended(sender, isPolite: false) }
      return
    }
    world.note("bridge says \(message)")
    if let canary = world.canary { return lie(canary, message) }
    world.judge.published(message)
    publish(message)
  }

  private func lie(_ canary: Canary, _ message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    lies += 1
    let isThird = lies % 3 == 0
    switch canary {
    case .swallowsFences where topic.hasSuffix("/fence") && world.judge.liveSince != nil: return
    case .skipsEvents where topic.hasPrefix("presence/events/") && isThird: return
    case .skipsSnapshots where topic.hasPrefix("presence/occupancy/") && isThird: return
    case .repeatsEvents where topic.hasPrefix("presence/events/"): world.judge.published(message)
    case .writesElsewhere where topic.hasPrefix("presence/count/"):
      world.judge.published(Message("elsewhere", [], isAcknowledged: true))
    case .forgetsClient where isThird:
      let status = "\(world.fleet.devices[0].topic)/status"
      pass(Message(status, [], isAcknowledged: true), atLeastOnce: true, isReplay: false)
    default: break
    }
    world.judge.published(message)
    publish(message)
  }

  /// The SUBACK comes first, then what is retained, in the order of the filters.
  private func subscribe(
    _ id: Int32, _ filters: [String], _ atLeastOnce: Bool, _ sender: SimulatedLink
  ) {
    let codes = filters.map { world.trouble.refuses(filter: $0) ?? (atLeastOnce ? 1 : 0) }
    world.note("bridge subscribes to \(filters), answered \(codes)")
    sender.sendDown(.granted(id, codes))
    if filters.contains("presence/+/+/status") { world.trouble.rereads() }
    for (name, code) in zip(filters, codes) where code < 0x80 {
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
