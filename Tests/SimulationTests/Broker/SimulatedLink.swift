import Bridge
import Presence

/// One connection of the bridge, both of its ends and the way between. What is sent is only queued until
/// `write()`, acknowledgements too; from there it is in the network, which delays it and keeps its order.
final class SimulatedLink: Link {
  enum Outgoing {
    case acknowledgement(Int)
    case publish(Message, id: Int32)
    /// Stands where a message would that could not be sent, and is nothing on the wire.
    case lost(Message)
    case subscribe(Int32, [String], atLeastOnce: Bool)
    case unsubscribe(Int32, [String])
    case ping
    case disconnect
  }

  enum Incoming {
    case welcome(LinkWelcome)
    case publish(Message, id: Int?, isReplay: Bool)
    case acknowledgement(Int32, reason: Int32)
    case granted(Int32, [Int32])
    case unsubscribed(Int32)
    case pong
    case end(isTakenOver: Bool)
  }

  unowned let world: World
  let process: SimulatedProcess
  let version: LinkVersion
  weak var delegate: (any LinkDelegate)?
  /// What the bridge was delivered and has not acknowledged, in order.
  private var unacknowledged: [(id: Int, number: Int, message: Message, isReplay: Bool)] = []
  var open = true
  var inbox: [Incoming] = []
  var outbox: [Outgoing] = []
  /// Those published that await their acknowledgement.
  var events: [Int32: Message] = [:]
  var nextID: Int32 = 0
  /// The turn in which a call failed, and nothing but that call.
  var failedInTurn = -1
  private(set) var hasTakenLeave = false
  private var lastReceived: Instant
  private var lastSent: Instant
  /// The network: whether it still carries, and when the last packet of each way arrives.
  var carriesUp = true
  var carriesDown = true
  var arrivalUp = Instant(nanoseconds: 0)
  var arrivalDown = Instant(nanoseconds: 0)

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
    try attempt(.read)
    process.deeds += 1
    lastReceived = world.now
    switch inbox.removeFirst() {
    case .welcome(let welcome):
      delegate?.linkDidConnect(welcome)
      if world.canary == .saysOnlineEarly { sayOnline() }
    case .publish(let message, let id, let isReplay): receive(message, id, isReplay)
    case .acknowledgement(let id, let reason):
      if let event = events.removeValue(forKey: id) {
        world.judge.eventWasAnswered(event, isTaken: reason < 0x80)
      }
      delegate?.linkDidAcknowledge(id, reason: reason)
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
            topic: topic, payload: payload, isAcknowledged: id != nil, isReplay: isReplay,
            reply: version == .v5 ? message.reply : nil))
      }
    }
    if world.canary == .acknowledgesEarly, let id { acknowledged(id) }
  }

  func write() throws(LinkError) {
    guard process.step(), open else { return }
    if hasOutput {
      try attempt(.write)
      process.deeds += 1
      lastSent = world.now
    }
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
    try attempt(.keepAlive)
    let interval = world.plan.configuration.keepalive
    if world.now >= lastReceived + interval * 2 { return end("timed out", isTakenOver: false) }
    if world.now >= min(lastSent, lastReceived) + interval {
      lastSent = world.now
      outbox.append(.ping)
    }
  }

  func close() {
    guard process.step(), open else { return }
    world.judge.checkClosing(self)
    closeUp()
  }

  func disconnect() throws(LinkError) {
    guard process.step(), open else { return }
    hasTakenLeave = true
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

extension SimulatedLink {
  /// Something waits for ``write()``.
  var hasOutput: Bool {
    isOpen
      && outbox.contains {
        if case .lost = $0 { false } else { true }
      }
  }

  /// Carries both ways.
  var isIntact: Bool { isOpen && carriesUp && carriesDown }
}
