import Presence
import Topics

/// What goes out: the net change of each room that is due, its snapshot and its count.
extension BridgeLoop {
  /// Rooms compared with their retained topics in one turn.
  private static let checksPerTurn = 100

  var canPublish: Bool {
    guard let session else { return false }
    return session.phase == .live && session.isOpen && !session.inFlight.isFull
  }

  /// When ``publishCommitted()`` has something to do.
  var publishingTime: Instant {
    guard let session, session.phase == .live, !saving.isHoldingBack else { return .never }
    var next = min(
      min(rereadTime, rightsTime, ownEventsTime), silenceTime, session.restating,
      session.refusedFilters.nextTime)
    guard canPublish else { return next }
    if !session.retained.isDone || !session.clears.isEmpty || session.questions.isBusy
      || session.hasUnsubscribed
    {
      return now.instant
    }
    next = min(next, schedule.nextTime ?? .never, retryTime)
    return stopping == nil ? min(next, session.discovery.nextTime) : next
  }

  /// Puts the rooms that changed in this turn on the schedule.
  ///
  /// A room that made place for another can be joined again in the same turn: what was planned for it is forgotten
  /// before the join is noted.
  func noteChanges() {
    let touched = engine.takeTouchedRooms()
    for room in engine.takeClearedRooms() {
      engine.withRoomName(room) { session?.clears.append([UInt8]($0)) }
      schedule.forget(room)
      session?.discovery.forget(room)
      refusals.forget(room: room)
    }
    for room in touched { schedule.note(room, isEdge: engine.isEdge(room), at: now.instant) }
  }

  func publishDue() {
    guard let session, session.phase == .live else { return }
    forgetOldMarks()
    rereadIfDue()
    askAgainIfDue()
    checkRightsIfDue()
    listenToOwnEvents()
    watchSilence()
    forgetUnsubscribed(session)
    restateIfDue(session)
    let due = stopping == nil ? now.instant : .never
    while canPublish, let room = schedule.pop(at: due, isEdge: engine.isEdge) { announce(room) }
    checkRetained(session)
    retryRefused()
    tellAgain()
    while canPublish, let name = session.clears.popLast() { clear(name) }
    forgetLeftovers()
  }

  private func announce(_ room: Int32) {
    guard engine.hasRoom(room) else { return }
    var seen: RetainedTopics.Seen?
    let isPending = session?.retained.isPending(room) ?? false
    if isPending {
      let name = engine.withRoomName(room) { [UInt8]($0) }
      seen = session?.retained.settle(room, name: name)
      adopt(room, seen)
    }
    let announcement = engine.announce(room)
    if !announcement.isEmpty {
      publish(announcement, seen)
    } else if isPending {
      repair(room, seen)
    }
  }

  private func publish(_ announcement: Announcement, _ seen: RetainedTopics.Seen?) {
    let room = announcement.room
    let topic = engine.withRoomName(room) { names.events($0) }
    let encoder = RoomEncoder(loop: self)
    let (events, revision) = encoder.events(announcement, topic: topic, engine: &engine)
    if !refusals.isWaiting(.event(room)) {
      for event in events { send(topic, event, retain: false, as: .event(room)) }
      if let session { session.ownEvents.said(behind: session.fences.number) }
    }
    publishState(room, revision: revision, encoder)
    describe(room, seen)
  }

  private func publishState(_ room: Int32, revision: Int64, _ encoder: RoomEncoder) {
    publishOccupancy(room, revision: revision, encoder)
    publishCount(room)
  }

  /// Unless the broker has refused it, and is to be asked again later.
  ///
  /// - Returns: whether the broker will answer.
  @discardableResult
  func publishOccupancy(_ room: Int32, revision: Int64, _ encoder: RoomEncoder) -> Bool {
    guard !refusals.isWaiting(.occupancy(room)) else { return false }
    let topic = engine.withRoomName(room) { names.occupancy($0) }
    let snapshot = encoder.snapshot(
      room, topic: topic, revision: revision, at: now.wall, limit: configuration.maxSnapshot,
      engine: &engine)
    return send(topic, snapshot, retain: true, as: .occupancy(room)).isQueued
  }

  /// As ``publishOccupancy(_:revision:_:)``.
  @discardableResult
  func publishCount(_ room: Int32) -> Bool {
    guard !refusals.isWaiting(.count(room)) else { return false }
    let topic = engine.withRoomName(room) { names.count($0) }
    let count = Array(String(engine.figures(of: room).count).utf8)
    return send(topic, count, retain: true, as: .count(room)).isQueued
  }

  /// The longest payload that the broker takes on a topic (MQTT 5 section 3.2.2.3.6): less the fixed header,
  /// the topic's length, the packet identifier and no properties.
  func maxBytes(topic: [UInt8]) -> Int {
    session?.maximumPacketSize.map { max(0, $0 - topic.count - 10) } ?? 256 << 20
  }
}

/// Making the retained topics true after a reconnect.
extension BridgeLoop {
  private func checkRetained(_ session: Session) {
    for _ in 0..<Self.checksPerTurn where canPublish {
      switch session.retained.next(roomCapacity: engine.roomCapacity) {
      case nil: return
      case .room(let room): check(room, nil)
      case .stray(let topic): send(topic, [], retain: true, as: .cleared(topic: topic))
      case .seen(let name, let seen):
        if let room = name.withUnsafeBytes({ engine.findRoom($0) }) {
          session.retained.settle(room, name: name)
          check(room, seen)
        } else {
          clear(name, seen)
        }
      }
    }
  }

  private func check(_ room: Int32, _ seen: RetainedTopics.Seen?) {
    guard engine.hasRoom(room) else { return }
    adopt(room, seen)
    if engine.isTouched(room) {
      let announcement = engine.announce(room)
      if !announcement.isEmpty { return publish(announcement, seen) }
    }
    repair(room, seen)
  }

  private func adopt(_ room: Int32, _ seen: RetainedTopics.Seen?) {
    guard let snapshot = seen?.snapshot, !snapshot.truncated else { return }
    engine.adopt(
      room, revision: snapshot.revision,
      members: snapshot.members.map { ($0.user, $0.client, $0.since) })
    // What differs from the snapshot is a change like any other.
    if engine.hasGhosts(room) { schedule.note(room, isEdge: engine.isEdge(room), at: now.instant) }
  }

  /// Publishes the state of a room that is shown, unless that is what its topics hold already.
  private func repair(_ room: Int32, _ seen: RetainedTopics.Seen?) {
    let name = engine.withRoomName(room) { [UInt8]($0) }
    guard engine.isShown(room) else { return clear(name, seen ?? RetainedTopics.Seen()) }
    defer { describe(room, seen) }
    let encoder = RoomEncoder(loop: self)
    let isCountTrue = seen?.count == engine.figures(of: room).count
    if let seen, isTrue(seen, of: room, encoder) {
      engine.confirmRevision(seen.revision, of: room)
      if !isCountTrue, publishCount(room) { tally.repaired += 1 }
      return
    }
    let revision = engine.revisionForRepair(of: room, seen: seen?.revision ?? 0)
    let isPublished = publishOccupancy(room, revision: revision, encoder)
    if publishCount(room) || isPublished { tally.repaired += 1 }
  }

  /// Whether a room's retained snapshot is what there is to say of it. A revision below the room's own is of an earlier
  /// time: events were published since that are chained to a later one.
  private func isTrue(
    _ seen: RetainedTopics.Seen, of room: Int32, _ encoder: RoomEncoder
  ) -> Bool {
    guard seen.revision >= engine.revision(of: room) else { return false }
    let topic = engine.withRoomName(room) { names.occupancy($0) }
    let same = encoder.snapshot(
      room, topic: topic, revision: seen.revision, at: seen.at, limit: configuration.maxSnapshot,
      engine: &engine)
    return same.withUnsafeBytes { RetainedTopics.digest($0) } == seen.digest
  }

  private func clear(_ name: [UInt8], _ seen: RetainedTopics.Seen) {
    let (occupancy, count) = name.withUnsafeBytes { (names.occupancy($0), names.count($0)) }
    undescribe(name) { seen[$0] != nil }
    if seen.hasSnapshot { send(occupancy, [], retain: true, as: .cleared(topic: occupancy)) }
    if seen.hasCount { send(count, [], retain: true, as: .cleared(topic: count)) }
    if seen.hasSnapshot || seen.hasCount { tally.cleared += 1 }
  }

  /// Clears the topics of a room that is shown no more, unless it has been shown again since.
  private func clear(_ name: [UInt8]) {
    if let room = name.withUnsafeBytes({ engine.findRoom($0) }), engine.isShown(room) { return }
    undescribe(name) { _ in true }
    clear(name, RetainedTopics.Seen(digest: 0, hasCount: true))
  }
}

/// Sending.
extension BridgeLoop {
  /// Publishes at QoS 1. What cannot be sent is counted, said and left out; unless it is too large for the broker it is
  /// tried again later, as what the broker refuses.
  @discardableResult
  func send(_ topic: [UInt8], _ payload: [UInt8], retain: Bool, as sent: InFlight.Sent)
    -> Session.Outcome
  {
    guard let session else { return .ended }
    let outcome = session.publish(topic, payload, atLeastOnce: true, retain: retain, as: sent)
    tell(outcome, topic, payload.count)
    if case .refused = outcome, let item = Refusals.Item(sent), mayHold(item) {
      refusals.refused(item, at: now.instant)
    }
    return outcome
  }

  /// Counts what became of a message, and says what went wrong.
  func tell(_ outcome: Session.Outcome, _ topic: [UInt8], _ bytes: Int) {
    switch outcome {
    case .queued: tally.published += 1
    case .ended: break
    case .oversize:
      tally.oversize += 1
      tell("oversize", topic, "\(bytes) bytes are too many for the broker")
    case .refused(let reason):
      tally.unsendable += 1
      tell("unsendable", topic, "cannot be published: \(reason)")
    }
  }

  private func tell(_ kind: String, _ topic: [UInt8], _ words: String) {
    log.limited(
      kind, .error, at: now, "\(topic.withUnsafeBytes { Log.printable($0) }): \(words)")
  }

  /// - Returns: whether the broker will answer.
  @discardableResult
  func publishStatus(_ word: StaticString) -> Bool {
    let payload = word.withUTF8Buffer { Array($0) }
    return send(Array(names.bridgeStatus.utf8), payload, retain: true, as: .status).isQueued
  }

  private func restateIfDue(_ session: Session) {
    guard now.instant >= session.restating else { return }
    (session.restating, session.restatedAt) = (.never, now.instant)
    if stopping == nil { publishStatus("online") }
  }

  /// A fence, if silence is to be proved.
  func fenceIfWanted() {
    if now.instant >= fenceTime { sendFence() }
  }

  var fenceTime: Instant {
    guard let session, session.isOpen, engine.wantsFence else { return .never }
    return session.fences.nextTime
  }

  func sendFence() {
    guard let session else { return }
    tally.fences += 1
    let payload = session.fences.send(
      at: now.instant, received: session.received - session.withheld)
    if session.phase == .settling { session.missingFence.begin(at: now.instant) }
    let topic = Array(names.fence.utf8)
    let outcome = session.publish(
      topic, payload, atLeastOnce: session.version == .v311, retain: false, as: .fence)
    tell(outcome, topic, payload.count)
  }
}

extension RoomEncoder {
  init(loop: BridgeLoop) {
    self.init(now: loop.now) { loop.maxBytes(topic: $0) }
  }
}
