import Presence
import Topics

/// What the broker refuses to take from us is said, and published again later: an ACL that was wrong for a minute must
/// not leave an untrue count for ever.
extension BridgeLoop {
  /// The first PUBACK reason that is a failure (MQTT 5 section 3.4.2.1).
  private static let firstFailure: Int32 = 128

  func sessionDidAcknowledge(_ sent: InFlight.Sent, reason: Int32) {
    let isRefused = reason >= Self.firstFailure
    if isRefused { tally.refused += 1 }
    switch sent {
    case .answer(let topic): if isRefused { answerWasRefused(on: topic, reason) }
    case .probe: session?.rights.probeWasAnswered(isTaken: !isRefused)
    case .fence: if isRefused { tellRefused(sent, reason) }
    case .status, .event, .occupancy, .count, .config, .cleared:
      guard let item = Refusals.Item(sent) else { return }
      if isRefused {
        session?.lastRefusal = now.instant
        if mayHold(item) { refusals.refused(item, at: now.instant) }
        tellRefused(sent, reason)
      } else {
        accepted(item, topic: topic(of: sent))
      }
    }
  }

  /// An event is not said again: holding the next ones back is for a broker that hangs up at each refusal alone.
  func mayHold(_ item: Refusals.Item) -> Bool {
    if case .event = item { return hangsUpAtRefusals }
    return true
  }

  private func accepted(_ item: Refusals.Item, topic: [UInt8]) {
    guard refusals.accepted(item, at: now.instant), refusals.count == 0 else { return }
    let place = topic.withUnsafeBytes { Log.printable($0) }
    log.log(.notice, at: now, "the broker takes what we publish again, last on \(place)")
  }

  private func tellRefused(_ sent: InFlight.Sent, _ reason: Int32) {
    let topic = topic(of: sent)
    let place = topic.withUnsafeBytes { Log.printable($0) }
    log.limited(
      "refused", .error, at: now,
      "the broker refuses what we publish on \(place) (reason \(reason)): its ACL must let this "
        + "login write \(filter(over: topic)); trying again later")
  }

  private func topic(of sent: InFlight.Sent) -> [UInt8] {
    switch sent {
    case .status: Array(names.bridgeStatus.utf8)
    case .fence: Array(names.fence.utf8)
    case .cleared(let topic), .answer(let topic): topic
    case .event(let room): roomTopic(room) { names.events($0) }
    case .occupancy(let room): roomTopic(room) { names.occupancy($0) }
    case .count(let room): roomTopic(room) { names.count($0) }
    case .config: Array((session?.discovery.topics?.filter ?? "").utf8)
    case .probe: []
    }
  }

  /// The room may have gone since.
  private func roomTopic(_ room: Int32, _ name: (UnsafeRawBufferPointer) -> [UInt8]) -> [UInt8] {
    engine.hasRoom(room) ? engine.withRoomName(room, name) : []
  }

  /// What an ACL would name: the kind of topic, with its root.
  func filter(over topic: [UInt8]) -> String {
    let filters = [
      names.occupancyFilter, names.countFilter, names.eventsFilter, names.bridgeFilter,
    ]
    let own = filters.first { topic.starts(with: $0.utf8.dropLast()) }
    return own ?? session?.discovery.topics?.filter ?? String(decoding: topic, as: UTF8.self)
  }

  /// When ``retryRefused()`` has something to do.
  var retryTime: Instant { canPublish && stopping == nil ? refusals.nextTime : .never }

  func retryRefused() {
    guard canPublish, let session, session.retained.isDone, stopping == nil else { return }
    for item in refusals.take(at: now.instant) where !publishAgain(item, session) {
      refusals.skipped(item)
    }
  }

  /// - Returns: whether the broker will answer, or another publish of the same is due.
  private func publishAgain(_ item: Refusals.Item, _ session: Session) -> Bool {
    switch item {
    case .status: return publishStatus("online")
    // The next one of the room goes out.
    case .event: return true
    case .clear(let topic): return clearAgain(topic)
    case .occupancy(let room), .count(let room), .config(let room):
      guard engine.hasRoom(room), engine.isShown(room) else { return false }
      // What has changed since goes out anyway.
      if engine.isTouched(room) { return true }
      return publishAgain(item, of: room, session)
    }
  }

  private func publishAgain(_ item: Refusals.Item, of room: Int32, _ session: Session) -> Bool {
    switch item {
    case .occupancy:
      let revision = engine.revisionForRepair(of: room, seen: 0)
      return publishOccupancy(room, revision: revision, RoomEncoder(loop: self))
    case .count: return publishCount(room)
    default:
      session.discovery.forget(room)
      return describe(room, nil)
    }
  }

  private func clearAgain(_ topic: [UInt8]) -> Bool {
    guard !isShownOn(topic) else { return false }
    return send(topic, [], retain: true, as: .cleared(topic: topic)).isQueued
  }

  /// Whether a topic is that of a room that is shown again.
  private func isShownOn(_ topic: [UInt8]) -> Bool {
    topic.withUnsafeBytes { bytes in
      switch reader.read(bytes) {
      case .occupancy(let room), .count(let room):
        return engine.findRoom(room).map { engine.isShown($0) } ?? false
      default: break
      }
      guard case .config(_, let room) = session?.discovery.topics?.read(bytes) else { return false }
      return room.withUnsafeBytes { engine.findRoom($0).map { engine.isShown($0) } ?? false }
    }
  }
}

extension Refusals.Item {
  /// `nil`: what is not said again.
  init?(_ sent: InFlight.Sent) {
    switch sent {
    case .status: self = .status
    case .occupancy(let room): self = .occupancy(room)
    case .count(let room): self = .count(room)
    case .config(let room): self = .config(room)
    case .cleared(let topic): self = .clear(topic)
    case .event(let room): self = .event(room)
    case .answer, .fence, .probe: return nil
    }
  }
}
