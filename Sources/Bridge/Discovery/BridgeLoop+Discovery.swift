import Presence
import Topics

/// Rooms in Home Assistant: each that is shown has its configurations there, retained, as long as its topics are.
extension BridgeLoop {
  /// Rooms looked at in one turn while all are told again.
  private static let roomsPerTurn = 100

  /// Takes in a message that is about discovery; whether it was.
  func takeDiscovery(_ delivery: Delivery) -> Bool {
    if let topic = discovery.topics?.read(delivery.topic) {
      noteDiscovery(topic, delivery)
      return true
    }
    guard discovery.leftovers.contains(where: { isConfig($0.read(delivery.topic)) }) else {
      return false
    }
    noteDiscovery(.stray, delivery)
    return true
  }

  private func isConfig(_ topic: DiscoveryTopics.Topic?) -> Bool {
    topic != nil && topic != .status
  }

  private func noteDiscovery(_ topic: DiscoveryTopics.Topic, _ delivery: Delivery) {
    switch topic {
    case .status:
      guard !delivery.isReplay, delivery.payload.elementsEqual("online".utf8) else { return }
      discovery.born(at: now.instant, jitter: clock.jitter())
    case .config(let component, let room):
      if delivery.isReplay { retained.config(room, component, delivery.payload) }
    case .stray:
      if delivery.isReplay { retained.stray(delivery.topic) }
    }
  }

  /// Publishes the configurations of a room that is shown, unless the broker holds them.
  func describe(_ room: Int32, _ seen: RetainedTopics.Seen?) {
    guard discovery.topics != nil, !discovery.isDescribed(room) else { return }
    discovery.describe(room)
    sendConfigs(of: room) { component, payload in
      payload.withUnsafeBytes { RetainedTopics.digest($0) } != seen?[component]
    }
  }

  private func sendConfigs(of room: Int32, where isNeeded: (DiscoveryComponent, [UInt8]) -> Bool) {
    for component in DiscoveryComponent.allCases {
      let config = engine.withRoomName(room) { discovery.config(component, of: $0) }
      guard let config, isNeeded(component, config.payload) else { continue }
      send(config.topic, config.payload, retain: true)
    }
  }

  /// Clears the configurations of a room that is shown no more; before its topics are, so that Home Assistant
  /// does not see those empty.
  func undescribe(_ name: [UInt8], where isNeeded: (DiscoveryComponent) -> Bool) {
    guard let topics = discovery.topics else { return }
    for component in DiscoveryComponent.allCases where isNeeded(component) {
      send(name.withUnsafeBytes { topics.config(component, of: $0) }, [], retain: true)
    }
  }

  /// Answers Home Assistant's birth: every configuration once more.
  func tellAgain() {
    guard stopping == nil, retained.isDone, discovery.isTellingAgain(at: now.instant) else {
      return
    }
    for _ in 0..<Self.roomsPerTurn where canPublish {
      guard let room = discovery.nextToTellAgain() else { return }
      if discovery.isDescribed(room), engine.isShown(room) {
        sendConfigs(of: room) { _, _ in true }
      }
    }
  }

  /// What earlier runs had described elsewhere is cleared, and need not be remembered.
  func forgetLeftovers() {
    guard !discovery.leftovers.isEmpty, retained.isDone, inFlight.isEmpty, stage == .live else {
      return
    }
    discovery.leftovers = []
    keepFilters()
  }
}
