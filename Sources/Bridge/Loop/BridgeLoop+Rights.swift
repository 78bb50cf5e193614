import Presence

/// Looks after the rights that a broker withholds in silence.
extension BridgeLoop {
  /// When ``checkRightsIfDue()`` has something to do.
  var rightsTime: Instant {
    guard let session, session.phase == .live, stopping == nil else { return .never }
    if session.rights.startedAt != nil { return session.fences.nextTime }
    return session.rights.nextTime
  }

  func checkRightsIfDue() {
    guard let session, now.instant >= rightsTime else { return }
    // The fence may have been dropped.
    if session.rights.startedAt != nil { return sendFence() }
    guard session.retained.isDone, !session.reread.isUnderWay, saving.isDurable else {
      return session.rights.putOff(at: now.instant)
    }
    probeIfSilent(session)
    if session.rights.isMissing { publishForLook() }
    session.rights.look(at: topicsToLookAt, behind: session.fences.number, at: now.instant)
    // Should this run end before the look does, the next one knows what is left in the session.
    guard keepFilters() else { return session.rights.giveUp(at: now.instant) }
    let filters = session.rights.filters
    // Subscribed to once more it is replayed.
    session.subscribe([names.bridgeStatus], atLeastOnce: true)
    guard session.subscribe(filters, atLeastOnce: false, isLasting: false) == nil else {
      session.unsubscribe(filters)
      return session.rights.giveUp(at: now.instant)
    }
    sendFence()
  }

  /// What was missing is said again before it is looked for: with 3.1.1 nobody would tell that it may be written now.
  private func publishForLook() {
    publishStatus("online")
    guard let room = quietRoom else { return }
    let revision = engine.revisionForRepair(of: room, seen: 0)
    publishOccupancy(room, revision: revision, RoomEncoder(loop: self))
    publishCount(room)
  }

  /// Of the bridge itself, and of one room.
  private var topicsToLookAt: [RightsCheck.Topic] {
    let status = RightsCheck.Topic(
      name: Array(names.bridgeStatus.utf8), content: .word(Array("online".utf8)))
    guard let room = quietRoom else { return [status] }
    let revision = engine.revision(of: room)
    let count = engine.figures(of: room).count
    return engine.withRoomName(room) { name in
      [
        status,
        RightsCheck.Topic(
          name: names.occupancy(name), content: .revision(revision), room: room, revision: revision),
        RightsCheck.Topic(
          name: names.count(name), content: .count(count), room: room, revision: revision),
      ]
    }
  }

  /// One whose topics hold what there is to say of it.
  private var quietRoom: Int32? {
    (0..<min(engine.roomCapacity, 1_000)).first {
      engine.hasRoom($0) && engine.isShown($0) && !engine.isTouched($0)
    }
  }

  /// Whether nothing was published there since the look began.
  private func isAsPublished(_ topic: RightsCheck.Topic) -> Bool {
    let room = topic.room
    guard room >= 0 else { return true }
    return engine.hasRoom(room) && engine.isShown(room)
      && engine.revision(of: room) == topic.revision
  }

  /// What the broker says that it refuses needs no looking at.
  private func isKnownRefused(_ topic: RightsCheck.Topic) -> Bool {
    guard topic.room >= 0 else { return refusals.contains(.status) }
    return refusals.contains(.occupancy(topic.room)) || refusals.contains(.count(topic.room))
  }

  /// Where nothing has come on the clients' topics since the last look, a message of our own shows whether we may read
  /// them. With 3.1.1 nobody would tell whether the broker took it.
  private func probeIfSilent(_ session: Session) {
    guard session.version == .v5, configuration.native,
      session.rights.wantsProbe(received: tally.received),
      let topic = names.heartbeat(ofClient: configuration.clientID)
    else { return }
    let outcome = session.publish(
      topic, session.rights.probePayload, atLeastOnce: true, retain: false, as: .probe)
    if outcome.isQueued { session.rights.probeWasSent() }
  }

  func isOwnProbe(_ who: Who, _ delivery: Delivery) -> Bool {
    guard let session, who.user == nil, who.client.elementsEqual(configuration.clientID.utf8),
      delivery.payload.elementsEqual(session.rights.probePayload)
    else { return false }
    session.rights.probeCameBack()
    return true
  }

  func concludeRights(_ session: Session, _ fence: UInt64) {
    let filters = session.rights.filters
    let verdict = session.rights.fenceReturned(
      fence, at: now.instant, received: tally.received
    ) { isAsPublished($0) && !isKnownRefused($0) }
    guard let verdict else { return }
    session.unsubscribe(filters)
    switch verdict {
    case .quiet: break
    case .mended: session.wantsRenewal = "the rights that were missing are there"
    case .missing(let topics, let isProbeMissing): tellMissing(topics, isProbeMissing)
    }
  }

  private func tellMissing(_ topics: [RightsCheck.Topic], _ isProbeMissing: Bool) {
    tally.rightsMissing += 1
    for topic in topics {
      log.log(
        .error, at: now,
        "what we have published on \(String(decoding: topic.name, as: UTF8.self)) is not there: the "
          + "broker's ACL must let this login write and read \(filter(over: topic.name)); until then "
          + "what is shown there may be untrue")
    }
    guard isProbeMissing else { return }
    log.log(
      .error, at: now,
      "nothing comes from the clients' topics, not even what we say there ourselves: the broker's "
        + "ACL must let this login read \(clientsFilters); until then nobody is present")
  }

  var clientsFilters: String {
    (names.statusFilters + names.heartbeatFilters + names.roomFilters).joined(separator: ", ")
  }
}

/// An ACL may keep everything from us that clients say, and nobody tells.
extension BridgeLoop {
  private func isSilent(_ session: Session) -> Bool { tally.received == session.receivedBefore }

  /// When ``watchSilence()`` has something to do.
  var silenceTime: Instant {
    guard let session, session.phase == .live, configuration.native, !session.isSilenceTold else {
      return .never
    }
    return isSilent(session) ? session.settledAt + .seconds(30) : .never
  }

  func watchSilence() {
    guard let session else { return }
    if session.isSilenceTold, !isSilent(session) {
      // What is retained may have been kept from us as well.
      session.wantsRenewal = "clients are heard now, after nothing had come from their topics"
    }
    guard now.instant >= silenceTime else { return }
    session.isSilenceTold = true
    log.log(
      .notice, at: now,
      "nothing has come from the clients' topics yet: if there are clients, the broker's ACL must "
        + "let this login read \(clientsFilters)")
  }
}
