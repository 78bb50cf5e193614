import Bridge
import Presence

/// The part of Mosquitto that matters here: retained messages, the bridge's session with its queue and its
/// window, wills, `$SYS`, and how all of it fares when the broker stops, hangs or dies.
final class SimulatedBroker {
  struct Subscription {
    var filter: [[UInt8]]
    var name: String
    var atLeastOnce: Bool
  }

  /// What is kept for one client id, connected or not.
  struct Session {
    var subscriptions: [Subscription] = []
    var inFlight: [(id: Int, message: Message, isReplay: Bool)] = []
    var queue: [(message: Message, isReplay: Bool)] = []
    var nextID = 0
  }

  /// What a restart with persistence keeps.
  struct State {
    var retained = Retained()
    var session: Session?
  }

  unowned let world: World
  var state = State()
  /// An older state, on the broker's disk.
  var saved = State()
  private(set) var isUp = true
  private(set) var isHung = false
  private var backlog: [() -> Void] = []
  var link: SimulatedLink?
  /// Other connections of the bridge, without a session.
  var witnesses: [SimulatedWitness] = []
  var devices: [DeviceConnection] = []
  var startedAt: Instant
  var dropped = 0
  /// Of canaries.
  var lies = 0
  private var publishedDropped = 0
  private var boot = 0

  init(_ world: World) {
    self.world = world
    startedAt = world.now
    publishSystemTopics(boot: 0)
  }

  /// Does what a packet asks for, now or when the broker gets to it again.
  func take(_ body: @escaping () -> Void) {
    if !isUp { return }
    if isHung { backlog.append(body) } else { body() }
  }

  func hang(for duration: Duration) {
    guard isUp, !isHung else { return }
    world.note("the broker hangs for \(duration)")
    isHung = true
    world.agenda.after(duration) { [self] in resume() }
  }

  private func resume() {
    guard isHung else { return }
    world.note("the broker goes on")
    isHung = false
    let work = backlog
    backlog = []
    for body in work { body() }
    world.judge.disturbed()
  }

  func stop() {
    isUp = false
    isHung = false
    backlog = []
    link = nil
    devices = []
    for witness in witnesses { witness.end() }
  }

  func start() {
    world.note("the broker starts")
    isUp = true
    boot += 1
    startedAt = world.now
    dropped = 0
    publishedDropped = 0
    publishSystemTopics(boot: boot)
  }

  /// Mosquitto writes its `$SYS` topics at its start and every ten seconds.
  private func publishSystemTopics(boot: Int) {
    take { [self] in
      guard boot == self.boot else { return }
      let seconds = (world.now - startedAt).components.seconds
      publishSystem("uptime", "\(seconds) seconds")
      if dropped != publishedDropped || seconds == 0 {
        publishedDropped = dropped
        publishSystem("publish/messages/dropped", "\(dropped)")
      }
    }
    world.agenda.after(.seconds(10)) { [self] in
      if isUp, boot == self.boot { publishSystemTopics(boot: boot) }
    }
  }

  private func publishSystem(_ name: String, _ value: String) {
    publish(
      Message("$SYS/broker/\(name)", Array(value.utf8), isAcknowledged: false, isRetained: true))
  }

  /// Takes a message in: keeps it if it is retained, and passes it on.
  func publish(_ message: Message) {
    if message.isRetained { state.retained.put(message) }
    for witness in witnesses { witness.pass(message, isReplay: false) }
    guard let session = state.session, !isMuted(message) else { return }
    var copies: [Bool] = []
    for subscription in session.subscriptions
    where TopicFilter.matches(subscription.filter, message.topic) {
      copies.append(subscription.atLeastOnce && message.isAcknowledged)
    }
    if copies.isEmpty { return }
    var live = message
    live.isRetained = false
    if !world.plan.repeatsOverlaps { copies = [copies.contains(true)] }
    for atLeastOnce in copies { pass(live, atLeastOnce: atLeastOnce, isReplay: false) }
  }

  private func isMuted(_ message: Message) -> Bool {
    world.canary == .mutesNeighbours && !message.topic.starts(with: "presence/".utf8)
      && !message.topic.starts(with: "$SYS/".utf8)
  }

  /// QoS 0 is for who is connected; QoS 1 is sent while the window has room, else queued, else dropped.
  func pass(_ message: Message, atLeastOnce: Bool, isReplay: Bool) {
    guard atLeastOnce else {
      if link != nil, !isLost(message) {
        link?.sendDown(.publish(message, id: nil, isReplay: isReplay))
      }
      return
    }
    guard var session = state.session else { return }
    state.session = nil
    if link != nil, session.inFlight.count < world.plan.window, session.queue.isEmpty {
      session.nextID += 1
      session.inFlight.append((session.nextID, message, isReplay))
      link?.sendDown(.publish(message, id: session.nextID, isReplay: isReplay))
    } else if session.queue.count < world.plan.queueLimit {
      session.queue.append((message, isReplay))
    } else {
      dropped += 1
      world.note("the broker drops \(message)")
    }
    state.session = session
  }

  private func isLost(_ message: Message) -> Bool {
    guard message.word == nil else { return world.random.chance(world.losesPlain) }
    guard message.topic.suffix(6).elementsEqual("/fence".utf8) else { return false }
    if world.trouble.losesFence() { return true }
    return world.plan.losesFences && world.random.chance(0.1)
  }
}
