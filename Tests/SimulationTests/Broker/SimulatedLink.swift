import Bridge
import Presence

/// One connection of the bridge, both of its ends and the way between. What is sent is only queued until
/// `write()`, acknowledgements too; from there it is in the network, which delays it and keeps its order.
final class SimulatedLink: Link {
  enum Outgoing {
    case acknowledgement(Int)
    case publish(Message, id: Int32)
    case subscribe(Int32, [String], atLeastOnce: Bool)
    case unsubscribe(Int32, [String])
    case ping
    case disconnect
  }

  enum Incoming {
    case welcome(LinkWelcome)
    case publish(Message, id: Int?, isReplay: Bool)
    case acknowledgement(Int32)
    case granted(Int32, [Int32])
    case unsubscribed(Int32)
    case pong
    case end(isTakenOver: Bool)
  }

  unowned let world: World
  let process: SimulatedProcess
  let version: LinkVersion
  private weak var delegate: (any LinkDelegate)?
  /// What the bridge was delivered and has not acknowledged, in order.
  private var unacknowledged: [(id: Int, number: Int, message: Message, isReplay: Bool)] = []
  private var open = true
  private var inbox: [Incoming] = []
  private var outbox: [Outgoing] = []
  private var nextID: Int32 = 0
  private var lastReceived: Instant
  private var lastSent: Instant
  /// The network: whether it still carries, and when the last packet of each way arrives.
  private(set) var carriesUp = true
  private(set) var carriesDown = true
  private var arrivalUp = Instant(nanoseconds: 0)
  private var arrivalDown = Instant(nanoseconds: 0)

  init(
    _ world: World, _ process: SimulatedProcess, version: LinkVersion, delegate: any LinkDelegate
  ) {
    self.world = world
    self.process = process
    self.version = version
    self.delegate = delegate
    lastReceived = world.now
    lastSent = world.now
  }

  var isOpen: Bool { open && !process.isDead }
  var hasInput: Bool { isOpen && !inbox.isEmpty }

  func read() throws(LinkError) {
    guard process.step(), open, !inbox.isEmpty else { return }
    lastReceived = world.now
    switch inbox.removeFirst() {
    case .welcome(let welcome): delegate?.linkDidConnect(welcome)
    case .publish(let message, let id, let isReplay): receive(message, id, isReplay)
    case .acknowledgement(let id): delegate?.linkDidAcknowledge(id, reason: 0)
    case .granted(let id, let codes): delegate?.linkDidSubscribe(id, granted: codes)
    case .unsubscribed(let id): delegate?.linkDidUnsubscribe(id)
    case .pong: break
    case .end(let isTakenOver): end("closed by the broker", isTakenOver: isTakenOver)
    }
  }

  /// The library queues the acknowledgement before it hands the message over.
  private func receive(_ message: Message, _ id: Int?, _ isReplay: Bool) {
    world.note("  bridge takes \(message)\(isReplay ? " replayed" : "")")
    world.judge.delivered(message, isReplay: isReplay)
    if let id {
      outbox.append(.acknowledgement(id))
      unacknowledged.append((id, world.judge.delivered, message, isReplay))
    }
    message.topic.withUnsafeBytes { topic in
      message.payload.withUnsafeBytes { payload in
        delegate?.linkDidReceive(
          Delivery(
            topic: topic, payload: payload, isAcknowledged: id != nil, isReplay: isReplay))
      }
    }
  }

  func write() throws(LinkError) {
    guard process.step(), open else { return }
    if !outbox.isEmpty { lastSent = world.now }
    for packet in outbox {
      guard process.step() else { return }
      if case .acknowledgement(let id) = packet { acknowledged(id) }
      if case .publish(let message, _) = packet { world.judge.leaving(message) }
      sendUp(packet)
    }
    outbox.removeAll(keepingCapacity: true)
  }

  private func acknowledged(_ id: Int) {
    guard let index = unacknowledged.firstIndex(where: { $0.id == id }) else { return }
    let (_, number, message, isReplay) = unacknowledged.remove(at: index)
    world.judge.acknowledged(message, number: number, isReplay: isReplay)
  }

  /// libmosquitto pings after a keep-alive without a packet, and gives up after another without an answer.
  func keepAlive() throws(LinkError) {
    guard process.step(), open else { return }
    let interval = world.plan.configuration.keepalive
    if world.now >= lastReceived + interval * 2 { return end("timed out", isTakenOver: false) }
    if world.now >= min(lastSent, lastReceived) + interval {
      lastSent = world.now
      outbox.append(.ping)
    }
  }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    nextID += 1
    var message = Message("", Array(payload), isAcknowledged: atLeastOnce, isRetained: retain)
    message.topic = topic
    message.sentAt = world.now
    world.judge.sent(message)
    outbox.append(.publish(message, id: nextID))
    return nextID
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32 {
    guard process.step(), open else { return 0 }
    nextID += 1
    outbox.append(.subscribe(nextID, filters, atLeastOnce: atLeastOnce))
    return nextID
  }

  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32 {
    guard process.step(), open else { return 0 }
    nextID += 1
    outbox.append(.unsubscribe(nextID, filters))
    return nextID
  }

  func close() {
    guard process.step(), open else { return }
    closeUp()
  }

  func disconnect() throws(LinkError) {
    guard process.step(), open else { return }
    outbox.append(.disconnect)
  }

  private func end(_ reason: String, isTakenOver: Bool) {
    guard open else { return }
    open = false
    world.note("  bridge's connection: \(reason)")
    closeUp()
    delegate?.linkDidEnd(LinkEnd(reason: reason, isTakenOver: isTakenOver))
  }
}

/// The network.
extension SimulatedLink {
  private func sendUp(_ packet: Outgoing) {
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
    arrivalDown = max(arrivalDown, world.now + world.delay())
    world.agenda.at(arrivalDown) { [self] in
      guard carriesDown, isOpen else { return }
      inbox.append(packet)
      world.host.poke()
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

extension SimulatedLink {
  /// Carries both ways.
  var isIntact: Bool { isOpen && carriesUp && carriesDown }
}
