import Presence
import Topics

/// Messages in: what arrives on the link becomes a step of the engine.
extension BridgeLoop: SessionReceiver {
  /// How much one turn reads at most before it commits and lets the acknowledgements go: what that costs goes
  /// with the number of messages, and what reading costs with what is in them.
  private static let readBudget = 2_000
  private static let readTime = Duration.milliseconds(15)
  /// For so many messages the loop's own time stands still.
  private static let batch = 64

  /// Reads what has arrived. Returns whether more waits.
  func read() -> Bool {
    messagesRead = 0
    guard let session, session.isOpen, mayRead else { return false }
    defer { takeBeats() }
    let end = now.instant + Self.readTime
    var messagesAtLook = 0
    for count in 1...Self.readBudget {
      session.read(at: now.instant)
      if handleSessionChange() { return false }
      guard session.hasInput else { return false }
      // One read may take in many messages: as many as we have in flight ourselves.
      let time = clock.now
      if count % Self.batch == 0 || messagesRead - messagesAtLook >= Self.batch {
        takeBeats()
        now = time
        messagesAtLook = messagesRead
      }
      if time.instant >= end || messagesRead >= Self.readBudget || !mayRead { return true }
    }
    return true
  }

  func sessionDidReceive(_ delivery: Delivery) {
    messagesRead += 1
    switch reader.read(delivery.topic) {
    case .heartbeat(let who): heartbeat(who, delivery)
    case .invalid(.unknownTopic) where !sources.isEmpty:
      if !takeDiscovery(delivery) { source(delivery) }
    case let topic:
      takeBeats()
      take(topic, delivery)
    }
  }

  private func take(_ topic: Topic, _ delivery: Delivery) {
    switch topic {
    case .heartbeat(let who): heartbeat(who, delivery)
    case .status(let who): status(who, delivery)
    case .room(let who, let room): self.room(who, room, delivery)
    case .fence: fence(delivery.payload)
    case .occupancy(let room): ownOccupancy(room, delivery)
    case .count(let room): ownCount(room, delivery)
    case .stats: noteStats(delivery)
    case .brokerUptime:
      session?.recovery.noteUptime(delivery.payload, isReplay: delivery.isReplay)
    case .brokerDropped: noteDropped(delivery)
    case .events: session?.ownEvents.heard()
    case .bridgeStatus: ownStatus(delivery)
    case .query: hear(delivery)
    case .invalid(let problem): if !takeDiscovery(delivery) { reject(delivery, problem.words) }
    }
  }

  private func heartbeat(_ who: Who, _ delivery: Delivery) {
    tally.received += 1
    if delivery.isReplay {
      tally.replaysIgnored += 1
      return
    }
    guard delivery.payload.isEmpty else { return talkativeHeartbeat(who, delivery) }
    engine.heartbeat(who, in: &beats, at: now)
  }

  /// Hands the engine the heartbeats that have gathered: before it hears anything else, and before time moves on.
  func takeBeats() { engine.take(&beats, at: now) }

  private func talkativeHeartbeat(_ who: Who, _ delivery: Delivery) {
    takeBeats()
    if isOwnProbe(who, delivery) { return }
    do throws(PayloadProblem) {
      let beat = try Payload.heartbeat(delivery.payload, limits: limits)
      engine.heartbeat(who, beat == Heartbeat() ? nil : beat, at: now)
    } catch { reject(delivery, error) }
  }

  private func status(_ who: Who, _ delivery: Delivery) {
    tally.received += 1
    do throws(PayloadProblem) {
      let status = try Payload.status(delivery.payload, limits: limits)
      let hash = PayloadHash.of(delivery.payload)
      let assigned = assignments.rooms(of: who.client)
      if !assigned.isEmpty {
        assignedStatus(who, status, hash, assigned, delivery)
      } else if delivery.isReplay {
        engine.claim(who, status, hash: hash, isOlder: isReplayOlder, at: now)
      } else {
        engine.status(who, status, hash: hash, at: now)
      }
    } catch { reject(delivery, error) }
  }

  private func room(_ who: Who, _ room: UnsafeRawBufferPointer, _ delivery: Delivery) {
    tally.received += 1
    if delivery.isReplay {
      tally.replaysIgnored += 1
      return
    }
    do throws(PayloadProblem) {
      let action = try Payload.room(delivery.payload, limits: limits)
      engine.room(who, room, action, at: now)
    } catch { reject(delivery, error) }
  }

  private func ownOccupancy(_ room: UnsafeRawBufferPointer, _ delivery: Delivery) {
    guard delivery.isReplay, let session, !session.rights.saw(delivery.topic, delivery.payload)
    else { return }
    let isKnown = engine.findRoom(room).map { engine.isRestored($0) } ?? false
    session.retained.occupancy(
      room, delivery.payload, believed: Revision.believed(from: saving.ceiling),
      adoptedAfter: isKnown || reconnecting.hasSettled ? nil : saving.startedFrom)
  }

  private func ownCount(_ room: UnsafeRawBufferPointer, _ delivery: Delivery) {
    guard delivery.isReplay, let session, !session.rights.saw(delivery.topic, delivery.payload)
    else { return }
    session.retained.count(room, delivery.payload)
  }

  /// Whether the replay that is being delivered is older than what we know.
  var isReplayOlder: Bool { session?.isReplayOlder ?? false }

  /// What a status says that is not our last one: our will, if it has waited for us; else somebody has written there.
  private func ownStatus(_ delivery: Delivery) {
    guard let session else { return }
    if delivery.isReplay {
      _ = session.rights.saw(delivery.topic, delivery.payload)
    } else if delivery.payload.elementsEqual("offline".utf8), session.phase == .settling {
      session.recovery.foundOwnWord()
    } else if !delivery.payload.elementsEqual("online".utf8), session.phase == .live {
      session.restating = min(session.restating, max(now.instant, session.restatedAt + .seconds(1)))
    }
  }

  /// The database's time may be older than the stats by what lies between two of its stamps, and between two stats.
  private static let longestLag: Int64 = 20_000

  /// What is retained of our stats is of the run before: where it knew more than its database, or than the one that we
  /// have, what was acknowledged is not known.
  private func noteStats(_ delivery: Delivery) {
    let stats = StatsPayload(delivery.payload)
    noteRun(stats?.run)
    guard delivery.isReplay, !reconnecting.hasSettled else { return }
    guard let stats, stats.isDurable, let at = stats.at, !isOfLaterDatabase(stats.run, at) else {
      session?.recovery.doubtEverything()
      return
    }
  }

  private func isOfLaterDatabase(_ run: Int64?, _ at: Int64) -> Bool {
    let (lag, overflow) = at.subtractingReportingOverflow(saving.startedFrom)
    return overflow || lag > Self.longestLag || run.map { $0 > saving.startedBelow } ?? false
  }

  /// Our retained stats and the fences in our session name the run of the bridge that wrote them.
  private func noteRun(_ other: Int64?) {
    guard let session, let other else { return }
    session.otherRun = max(session.otherRun ?? other, other)
  }

  private func fence(_ payload: UnsafeRawBufferPointer) {
    guard let session else { return }
    let answer = session.fences.receive(
      payload, received: session.received, keepsOrder: session.version == .v311)
    switch answer {
    case .foreign:
      if isOwnLastWord(payload) { session.recovery.foundOwnWord() }
      noteRun(Fences.run(of: payload))
      showItself(to: Fences.run(of: payload))
    case .overtaken: if session.phase == .settling { session.mustFenceAgain = true }
    case .proof(let number, let time):
      if session.phase == .settling { session.fenceIsBack = true }
      engine.fenceReturned(publishedAt: time)
      endReread(session, number)
      concludeRights(session, number)
      concludeOwnEvents(session, number)
    }
  }

  /// A run before this one has left it in the session when it ended.
  private func isOwnLastWord(_ payload: UnsafeRawBufferPointer) -> Bool {
    guard session?.phase == .settling, let run = Fences.claimant(of: payload) else { return false }
    return run <= saving.startedBelow
  }

  private func reject(_ delivery: Delivery, _ problem: PayloadProblem) {
    switch problem.kind {
    case .invalid: tally.invalid += 1
    case .limited:
      tally.limited += 1
      if delivery.payload.count > limits.maxPayload { tally.payloadsTooLong += 1 }
    }
    log.limited("payload", .warning, at: now, "\(Log.printable(delivery.topic)): \(problem.words)")
  }

  private func reject(_ delivery: Delivery, _ words: String) {
    tally.received += 1
    tally.invalid += 1
    log.limited("topic", .warning, at: now, "\(Log.printable(delivery.topic)): \(words)")
  }
}
