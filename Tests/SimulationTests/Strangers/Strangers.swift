import Bridge
import Presence

/// The dishonest clients of a history, until the quiet time. They have no connection of their own: what they say
/// is at the broker at once.
final class Strangers {
  unowned let world: World
  var random: SplitMix64
  /// What devices have said, for whoever wants to say it again.
  var overheard: [Message] = []
  /// Where somebody asked to be answered.
  private var replies: Set<[UInt8]> = []
  /// Who the wanderer is now, where it is, how far it has come, and how often it may still leave rooms that it can
  /// return to.
  var wanderer = "w"
  var visited: [String] = []
  var count = 0
  var returns = 3
  var floods = 3
  private var isQuiet = false

  init(_ world: World) {
    self.world = world
    random = SplitMix64(seed: world.seed ^ 0x057A_46E5)
  }

  func start() {
    for stranger in world.adversity.strangers { schedule(stranger) }
  }

  /// What was put on the bridge's own topics is there until it reads them, at its next connection.
  func fallQuiet() {
    isQuiet = true
    if isThere(.usurper) { world.host.link?.cut() }
  }

  func isThere(_ stranger: Adversity.Stranger) -> Bool {
    world.adversity.strangers.contains(stranger)
  }

  private func schedule(_ stranger: Adversity.Stranger) {
    world.agenda.after(random.duration(50...3_000)) { [self] in
      if isQuiet { return }
      act(stranger)
      schedule(stranger)
    }
  }

  private func act(_ stranger: Adversity.Stranger) {
    switch stranger {
    case .malformed: sayMalformed()
    case .extreme: sayExtreme()
    case .intruder: intrude()
    case .forger: forge()
    case .usurper: usurp()
    case .flooder: flood()
    case .flapper: flap()
    case .wanderer: wander()
    case .asker: ask()
    case .homeAssistant: beHomeAssistant()
    case .thief: if random.chance(0.1) { world.broker.loseSession(isClean: random.chance(0.5)) }
    }
  }

  /// A topic that MQTT forbids costs its sender the connection.
  func say(
    _ topic: String, _ payload: String, atLeastOnce: Bool = true, isRetained: Bool = false,
    word: Word? = nil
  ) {
    say(
      Message(
        topic, Array(payload.utf8), isAcknowledged: atLeastOnce, isRetained: isRetained, word: word)
    )
  }

  func say(_ message: Message) {
    guard Wire.takes(message.topic), world.broker.isUp else { return }
    world.broker.take { [self] in
      world.note("stranger: \(message)")
      world.broker.publish(message)
    }
  }

  func expectsAnswer(on topic: [UInt8]) { replies.insert(topic) }

  /// Whether somebody asked for an answer there, and the place is none of the bridge's.
  func mayBeAnswered(on topic: [UInt8]) -> Bool {
    let text = String(decoding: topic, as: UTF8.self)
    let isOwn = text == "presence" || text.hasPrefix("presence/") || text.hasPrefix("$")
    let isDiscovery = text == "homeassistant" || text.hasPrefix("homeassistant/")
    let isAllowed = !isOwn || text.hasPrefix("presence/answers/")
    return replies.contains(topic) && isAllowed
      && !(isDiscovery && world.plan.configuration.homeAssistant)
  }
}
