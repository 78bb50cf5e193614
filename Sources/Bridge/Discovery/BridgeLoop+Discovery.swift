import Presence
import Topics

/// Rooms in Home Assistant: each that is shown has its configurations there, retained, as long as its topics are.
extension BridgeLoop {
  /// Rooms looked at in one turn while all are told again.
  private static let roomsPerTurn = 100

  /// Takes in a message that is about discovery; whether it was.
  func takeDiscovery(_ delivery: Delivery) -> Bool {
    guard let session else { return false }
    if let topic = session.discovery.topics?.read(delivery.topic) {
      noteDiscovery(topic, delivery, session)
      return true
    }
    guard session.discovery.leftovers.contains(where: { isConfig($0.read(delivery.topic)) }) else {
      return false
    }
    noteDiscovery(.stray, delivery, session)
    return true
  }

  private func isConfig(_ topic: DiscoveryTopics.Topic?) -> Bool {
    topic != nil && topic != .status
  }

  private func noteDiscovery(
    _ topic: DiscoveryTopics.Topic, _ delivery: Delivery, _ session: Session
  ) {
    switch topic {
    case .status:
      guard !delivery.isReplay, delivery.payload.elementsEqual("online".utf8) else { return }
      session.discovery.born(at: now.instant, jitter: clock.jitter())
    case .config(let component, let room):
      if delivery.isReplay { session.retained.config(room, component, delivery.payload) }
    case .stray:
      if delivery.isReplay { session.retained.stray(delivery.topic) }
    }
  }

  /// Publishes the configurations of a room that is shown, unless the broker holds them.
  ///
  /// - Returns: whether anything was published.
  @discardableResult
  func describe(_ room: Int32, _ seen: RetainedTopics.Seen?) -> Bool {
    guard let session, session.discovery.topics != nil, !session.discovery.isDescribed(room) else {
      return false
    }
    session.discovery.describe(room)
    return sendConfigs(of: room, session) { component, payload in
      payload.withUnsafeBytes { RetainedTopics.digest($0) } != seen?[component]
    }
  }

  @discardableResult
  private func sendConfigs(
    of room: Int32, _ session: Session, where isNeeded: (DiscoveryComponent, [UInt8]) -> Bool
  ) -> Bool {
    var isSent = false
    for component in DiscoveryComponent.allCases {
      let config = engine.withRoomName(room) { session.discovery.config(component, of: $0) }
      guard let config, isNeeded(component, config.payload) else { continue }
      isSent =
        send(config.topic, config.payload, retain: true, as: .config(room)).isQueued || isSent
    }
    return isSent
  }

  /// Clears the configurations of a room that is shown no more; before its topics are, so that Home Assistant
  /// does not see those empty.
  func undescribe(_ name: [UInt8], where isNeeded: (DiscoveryComponent) -> Bool) {
    guard let topics = session?.discovery.topics else { return }
    for component in DiscoveryComponent.allCases where isNeeded(component) {
      let topic = name.withUnsafeBytes { topics.config(component, of: $0) }
      send(topic, [], retain: true, as: .cleared(topic: topic))
    }
  }

  /// Answers Home Assistant's birth: every configuration once more.
  func tellAgain() {
    guard stopping == nil, let session, session.retained.isDone,
      session.discovery.isTellingAgain(at: now.instant)
    else { return }
    for _ in 0..<Self.roomsPerTurn where canPublish {
      guard let room = session.discovery.nextToTellAgain() else { return }
      if session.discovery.isDescribed(room), engine.isShown(room) {
        sendConfigs(of: room, session) { _, _ in true }
      }
    }
  }

  /// What earlier runs had described elsewhere is cleared, and need not be remembered.
  func forgetLeftovers() {
    guard let session, !session.discovery.leftovers.isEmpty, session.retained.isDone,
      session.inFlight.isEmpty
    else { return }
    session.discovery.leftovers = []
    keepFilters()
  }
}
