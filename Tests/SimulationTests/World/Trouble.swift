import Bridge
import Presence

/// What fails around the bridge's connection, each kind for a while and then no more, until the quiet time.
final class Trouble {
  enum Kind: CaseIterable {
    case callsFail, endsInCall, connectFails, connectRefused, silentWelcome
    case publishesRefused, subscriptionsRefused, fencesLost, rereadFencesLost, othersDropped
  }

  /// The calls of a link that can fail.
  enum Call: CaseIterable {
    case publish, answer, subscribe, unsubscribe, read, write, keepAlive
  }

  enum Outcome { case works, fails, endsConnection }

  struct Refusal {
    var topics: String
    var reason: Int32
    /// Mosquitto does so with `max_queued_messages 0`.
    var endsConnection: Bool
  }

  private static let topics = [
    "presence/", "/occupancy/", "/events/", "/count/", "/bridge/", "fence",
  ]
  private static let filters = ["/", "status", "heartbeat", "rooms", "fence", "occupancy", "query"]

  private unowned let world: World
  private var random: SplitMix64
  private var on: Set<Kind> = []
  private var isOver = false
  private var failing: Set<Call> = []
  private var rate = 0.0
  private var callsLeft: Int?
  private var refusal = Refusal(topics: "", reason: 0, endsConnection: false)
  private var refusedFilters = ""
  private var isRereadOpen = false

  init(_ world: World) {
    self.world = world
    random = SplitMix64(seed: world.seed ^ 0x7120_0B1E)
    for kind in world.adversity.troubles { schedule(kind) }
  }

  var isOn: Bool { !on.isEmpty }

  func end() {
    isOver = true
    for kind in on { end(kind) }
  }

  private func schedule(_ kind: Kind) {
    world.agenda.after(random.duration(300...25_000)) { [self] in
      if isOver { return }
      begin(kind)
      world.agenda.after(random.duration(100...7_000)) { [self] in
        if on.contains(kind) { end(kind) }
        schedule(kind)
      }
    }
  }

  private func begin(_ kind: Kind) {
    world.note("trouble: \(kind)")
    on.insert(kind)
    switch kind {
    case .callsFail:
      failing = Set(
        [.publish, .answer, .subscribe, .unsubscribe].filter { _ in random.chance(0.5) })
      rate = random.pick([0.05, 0.3, 1])
    case .endsInCall: callsLeft = random.below(50)
    case .publishesRefused:
      refusal = Refusal(
        topics: random.pick(Self.topics),
        reason: random.pick([0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]),
        endsConnection: random.chance(0.2))
    case .subscriptionsRefused: refusedFilters = random.pick(Self.filters)
    case .othersDropped, .rereadFencesLost: world.broker.dropped += 1 + random.below(5)
    case .connectFails, .connectRefused, .silentWelcome, .fencesLost: break
    }
  }

  /// What the bridge tries again it tries with growing pauses.
  private func end(_ kind: Kind) {
    world.note("trouble is over: \(kind)")
    on.remove(kind)
    let isRetried = kind == .publishesRefused || kind == .subscriptionsRefused || kind == .callsFail
    world.judge.disturbed(for: isRetried ? Self.mending : .seconds(12))
  }

  /// The longest that the bridge may take to find out that it is let through again.
  static let mending = Duration.seconds(65)
}

/// What comes of what the bridge does.
extension Trouble {
  func outcome(of call: Call) -> Outcome {
    if let left = callsLeft {
      callsLeft = left > 0 ? left - 1 : nil
      if left == 0, on.contains(.endsInCall) { return .endsConnection }
    }
    guard on.contains(.callsFail), failing.contains(call), random.chance(rate) else {
      return .works
    }
    return .fails
  }

  var tellsDelegate: Bool { random.chance(0.5) }

  var failsToConnect: Bool { on.contains(.connectFails) }

  /// `nil`: the broker says nothing; else its answer, where it refuses.
  var welcome: LinkWelcome?? {
    if on.contains(.silentWelcome) { return .some(nil) }
    guard on.contains(.connectRefused) else { return nil }
    let isLogin = random.chance(0.5)
    return LinkWelcome(
      refusal: isLogin ? "not authorized" : "server unavailable", isLoginRefused: isLogin)
  }

  func refuses(_ message: Message) -> Refusal? {
    guard on.contains(.publishesRefused) else { return nil }
    let topic = String(decoding: message.topic, as: UTF8.self)
    return topic.contains(refusal.topics) ? refusal : nil
  }

  /// The code for a filter, where the broker refuses it.
  func refuses(filter: String) -> Int32? {
    guard on.contains(.subscriptionsRefused), filter.contains(refusedFilters) else { return nil }
    return random.pick([0x80, 0x83, 0x87, 0x8f, 0x97])
  }

  /// A subscription begins that reads retained statuses again.
  func rereads() { isRereadOpen = true }

  func losesFence() -> Bool {
    defer { isRereadOpen = false }
    if on.contains(.fencesLost) { return true }
    return isRereadOpen && world.adversity.troubles.contains(.rereadFencesLost)
      && !isOver && random.chance(0.6)
  }
}
