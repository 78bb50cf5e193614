import Presence
import Topics

/// Messages in: what arrives on the link becomes a step of the engine.
extension BridgeLoop: LinkDelegate {
  /// How much one turn reads at most before it commits and lets the acknowledgements go: what that costs goes
  /// with the number of messages, and what reading costs with what is in them.
  private static let readBudget = 2_000
  private static let readTime = Duration.milliseconds(15)
  private static let rowsAhead = 5_000

  /// Reads what has arrived. Returns whether more waits.
  func read() -> Bool {
    messagesRead = 0
    guard let link, link.isOpen else { return false }
    defer { takeBeats() }
    let end = now.instant + Self.readTime
    var messagesAtLook = 0
    for count in 1...Self.readBudget {
      // One read may take in many messages: as many as we have in flight ourselves.
      if count % 64 == 0 || messagesRead - messagesAtLook >= 64 {
        takeBeats()
        now = clock.now
        messagesAtLook = messagesRead
        if now.instant >= end || messagesRead >= Self.readBudget || isAheadOfCommit { return true }
      }
      do { try link.read() } catch { noteEnd(error) }
      if handleConnectionChange() { return false }
      guard link.hasInput else { return false }
    }
    return true
  }

  /// More is not to be read than a commit that goes on over several turns can keep up with.
  private var isAheadOfCommit: Bool {
    saving.isUnfinished && engine.unsavedRows >= Self.rowsAhead
  }

  public func linkDidReceive(_ delivery: Delivery) {
    lastInput = now.instant
    messagesRead += 1
    if delivery.isAcknowledged {
      receivedAcknowledged += 1
      withheld += 1
    }
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
    case .count(let room): if delivery.isReplay { retained.count(room, delivery.payload) }
    case .stats: recovery.noteRun(StatsPayload.run(of: delivery.payload))
    case .brokerUptime: recovery.noteUptime(delivery.payload, isReplay: delivery.isReplay)
    case .brokerDropped: noteDropped(delivery.payload)
    case .bridgeStatus: break
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
        engine.claim(who, status, hash: hash, at: now)
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
    guard delivery.isReplay else { return }
    let known = engine.findRoom(room).map { engine.isRestored($0) } ?? false
    retained.occupancy(room, delivery.payload, isKnown: known)
  }

  private func fence(_ payload: UnsafeRawBufferPointer) {
    let answer = fences.receive(
      payload, received: receivedAcknowledged, keepsOrder: version == .v311)
    switch answer {
    case .foreign: recovery.noteRun(Fences.run(of: payload))
    case .overtaken: if stage == .settling { recovery.mustFenceAgain = true }
    case .proof(let time):
      if stage == .settling { recovery.fenceIsBack = true }
      engine.fenceReturned(publishedAt: time)
      endReread(publishedAt: time)
    }
  }

  private func reject(_ delivery: Delivery, _ problem: PayloadProblem) {
    switch problem.kind {
    case .invalid: tally.invalid += 1
    case .limited: tally.limited += 1
    }
    log.limited("payload", .warning, at: now, "\(Log.printable(delivery.topic)): \(problem.words)")
  }

  private func reject(_ delivery: Delivery, _ words: String) {
    tally.received += 1
    tally.invalid += 1
    log.limited("topic", .warning, at: now, "\(Log.printable(delivery.topic)): \(words)")
  }
}
