import Bridge
import Presence

/// The connection under another client id with which the bridge looks who took its session, or answers questions while
/// the disk is awaited: it is accepted, it may ask with a fence and subscribe, and it is sent what is retained and what is
/// published.
final class SimulatedWitness: Link {
  private unowned let world: World
  private let process: SimulatedProcess
  private weak var delegate: (any LinkDelegate)?
  private var open = true
  private var inbox: [() -> Void] = []
  private var filters: [[UInt8]] = []
  private var nextID: Int32 = 0

  init(_ world: World, _ process: SimulatedProcess, delegate: any LinkDelegate) {
    self.world = world
    self.process = process
    self.delegate = delegate
    world.broker.witnesses.append(self)
    atBroker { [self] in deliver { $0.linkDidConnect(LinkWelcome()) } }
  }

  var isOpen: Bool { open && !process.isDead }
  var hasInput: Bool { isOpen && !inbox.isEmpty }

  func read() throws(LinkError) {
    guard process.step(), open, !inbox.isEmpty else { return }
    process.deeds += 1
    inbox.removeFirst()()
  }

  func write() throws(LinkError) { _ = process.step() }
  func keepAlive() throws(LinkError) { _ = process.step() }
  func disconnect() throws(LinkError) { close() }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    process.deeds += 1
    let message = Message(topic, Array(payload), isAcknowledged: atLeastOnce, isRetained: retain)
    checkSaid(message)
    atBroker { [self] in world.broker.publish(message) }
    nextID += 1
    return nextID
  }

  /// A fence, or an answer while the bridge's own connection has to wait for the disk.
  private func checkSaid(_ message: Message) {
    let isFence =
      message.topic.elementsEqual("presence/bridge/fence".utf8) && !message.isAcknowledged
    let isAnswer = world.strangers.mayBeAnswered(on: message.topic)
    world.reached[.writing] += 1
    if message.isRetained || !isFence && !isAnswer {
      world.fail(.writing, "a witness says \(message)")
    }
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    process.deeds += 1
    nextID += 1
    let id = nextID
    atBroker { [self] in
      self.filters += filters.map { Array($0.utf8) }
      deliver { $0.linkDidSubscribe(id, granted: filters.map { _ in 0 }) }
      for message in world.broker.state.retained.messages { pass(message, isReplay: true) }
    }
    return id
  }

  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32 { 0 }

  func close() {
    open = false
    world.broker.witnesses.removeAll { $0 === self }
  }

  /// The broker has stopped.
  func end() {
    deliver { $0.linkDidEnd(LinkEnd(reason: "closed by the broker")) }
  }

  func pass(_ message: Message, isReplay: Bool) {
    guard filters.contains(message.topic) else { return }
    deliver { delegate in
      message.topic.withUnsafeBytes { topic in
        message.payload.withUnsafeBytes { payload in
          delegate.linkDidReceive(
            Delivery(topic: topic, payload: payload, isAcknowledged: false, isReplay: isReplay))
        }
      }
    }
  }

  private func atBroker(_ body: @escaping () -> Void) {
    world.agenda.after(.milliseconds(world.plan.delay.upperBound)) { [self] in
      world.broker.take { [self] in if open { body() } }
    }
  }

  private func deliver(_ body: @escaping (any LinkDelegate) -> Void) {
    world.agenda.after(.milliseconds(world.plan.delay.upperBound)) { [self] in
      guard isOpen else { return }
      inbox.append { [self] in if let delegate { body(delegate) } }
      world.host.wake()
    }
  }
}
