import Presence
import Topics

/// What goes out: the net change of each room that is due, its snapshot and its count.
extension BridgeLoop {
  /// How many own messages may await their acknowledgement. What is not published for that is not queued
  /// either: it stays in the schedule, as state.
  private static let inFlightLimit = 300
  /// Rooms compared with their retained topics in one turn.
  private static let checksPerTurn = 100

  var canPublish: Bool { stage == .live && inFlight.count < Self.inFlightLimit }

  /// Puts the rooms that changed in this turn on the schedule.
  func noteChanges() {
    for room in engine.takeTouchedRooms() {
      schedule.note(room, isEdge: engine.isEdge(room), at: now.instant)
    }
    for room in engine.takeClearedRooms() {
      engine.withRoomName(room) { clears.append([UInt8]($0)) }
      schedule.forget(room)
      discovery.forget(room)
    }
  }

  func publishDue() {
    forgetOldMarks()
    rereadIfDue()
    let due = stopping == nil ? now.instant : .never
    while canPublish, let room = schedule.pop(at: due, isEdge: engine.isEdge) { announce(room) }
    checkRetained()
    tellAgain()
    while canPublish, let name = clears.popLast() { clear(name) }
    forgetLeftovers()
  }

  private func announce(_ room: Int32) {
    guard engine.hasRoom(room) else { return }
    var seen: RetainedTopics.Seen?
    let isPending = retained.isPending(room)
    if isPending {
      let name = engine.withRoomName(room) { [UInt8]($0) }
      seen = retained.settle(room, name: name)
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
    let (topic, occupancy, count) = engine.withRoomName(room) {
      (names.events($0), names.occupancy($0), names.count($0))
    }
    let encoder = RoomEncoder(now: now, maxBytes: { self.maxBytes(topic: $0) })
    let (events, revision) = encoder.events(announcement, topic: topic, engine: &engine)
    for event in events { send(topic, event, retain: false) }
    publishState(room, revision: revision, encoder, occupancy, count)
    describe(room, seen)
  }

  private func publishState(
    _ room: Int32, revision: Int64, _ encoder: RoomEncoder, _ occupancy: [UInt8], _ count: [UInt8]
  ) {
    let snapshot = encoder.snapshot(
      room, topic: occupancy, revision: revision, at: now.wall, limit: configuration.maxSnapshot,
      engine: &engine)
    send(occupancy, snapshot, retain: true)
    send(count, Array(String(engine.figures(of: room).count).utf8), retain: true)
  }

  /// The longest payload that the broker takes on a topic (MQTT 5 section 3.2.2.3.6): less the fixed header,
  /// the topic's length, the packet identifier and no properties.
  func maxBytes(topic: [UInt8]) -> Int {
    maximumPacketSize.map { max(0, $0 - topic.count - 10) } ?? 256 << 20
  }
}

/// Making the retained topics true after a reconnect.
extension BridgeLoop {
  private func checkRetained() {
    for _ in 0..<Self.checksPerTurn where canPublish {
      switch retained.next(roomCapacity: engine.roomCapacity) {
      case nil: return
      case .room(let room): check(room, nil)
      case .stray(let topic): send(topic, [], retain: true)
      case .seen(let name, let seen):
        if let room = name.withUnsafeBytes({ engine.findRoom($0) }) {
          retained.settle(room, name: name)
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
    let encoder = RoomEncoder(now: now, maxBytes: { self.maxBytes(topic: $0) })
    let (occupancy, count) = name.withUnsafeBytes { (names.occupancy($0), names.count($0)) }
    if let seen, seen.count == engine.figures(of: room).count {
      let same = encoder.snapshot(
        room, topic: occupancy, revision: seen.revision, at: seen.at,
        limit: configuration.maxSnapshot, engine: &engine)
      if same.withUnsafeBytes({ RetainedTopics.digest($0) }) == seen.digest {
        return engine.confirmRevision(seen.revision, of: room)
      }
    }
    tally.repaired += 1
    let revision = engine.revisionForRepair(of: room, seen: seen?.revision ?? 0)
    publishState(room, revision: revision, encoder, occupancy, count)
  }

  private func clear(_ name: [UInt8], _ seen: RetainedTopics.Seen) {
    let (occupancy, count) = name.withUnsafeBytes { (names.occupancy($0), names.count($0)) }
    undescribe(name) { seen[$0] != nil }
    if seen.hasSnapshot { send(occupancy, [], retain: true) }
    if seen.hasCount { send(count, [], retain: true) }
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
  func send(_ topic: [UInt8], _ payload: [UInt8], retain: Bool) {
    attempt { link throws(LinkError) in
      _ = try publish(topic, payload, retain: retain, on: link)
    }
  }

  /// At QoS 1; what is too large for the broker is counted and said, and left out.
  @discardableResult
  func publish(_ topic: [UInt8], _ payload: [UInt8], retain: Bool, on link: any Link)
    throws(LinkError) -> Int32?
  {
    do throws(LinkError) {
      let id = try sendBytes(topic, payload, atLeastOnce: true, retain: retain, on: link)
      inFlight.insert(id)
      return id
    } catch {
      guard error.scope == .oversize else { throw error }
      tally.oversize += 1
      log.limited(
        "oversize", .error, at: now,
        "\(String(decoding: topic, as: UTF8.self)): \(payload.count) bytes are too many for the broker"
      )
      return nil
    }
  }

  func sendBytes(
    _ topic: [UInt8], _ payload: [UInt8], atLeastOnce: Bool, retain: Bool, on link: any Link
  ) throws(LinkError) -> Int32 {
    let result = payload.withUnsafeBytes { bytes in
      Result { () throws(LinkError) in
        try link.publish(topic, bytes, atLeastOnce: atLeastOnce, retain: retain)
      }
    }
    tally.published += 1
    return try result.get()
  }

  public func linkDidAcknowledge(_ id: Int32, reason: Int32) {
    let answered = answersInFlight.removeValue(forKey: id)
    guard inFlight.remove(id) != nil, reason >= 128 else { return }
    tally.refused += 1
    if let answered { return answerWasRefused(on: answered, reason) }
    log.limited(
      "refused", .error, at: now,
      "the broker refuses what we publish (reason \(reason)): its ACL must let this login write "
        + "\(configuration.root)/occupancy/#, count/#, events/# and bridge/#"
        + (discovery.topics.map { ", and \($0.filter)" } ?? ""))
  }

  /// A fence, if silence is to be proved.
  func fenceIfWanted() {
    if engine.wantsFence, fences.isDue(at: now.instant) { sendFence() }
  }

  func sendFence() {
    tally.fences += 1
    let payload = fences.send(at: now.instant, received: receivedAcknowledged - withheld)
    attempt { link throws(LinkError) in
      _ = try sendBytes(
        Array(names.fence.utf8), payload, atLeastOnce: version == .v311, retain: false, on: link)
    }
  }
}
