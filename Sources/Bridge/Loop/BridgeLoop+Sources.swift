import Dialects
import Presence

/// What is not on the native topics: a source reads it, and the engine hears what it made of it.
extension BridgeLoop {
  func source(_ delivery: Delivery) {
    tally.received += 1
    let outcome = sources.read(
      topic: delivery.topic, payload: delivery.payload, isReplay: delivery.isReplay, now: now,
      taker: self)
    switch outcome {
    case .mine: break
    case .stale: tally.stale += 1
    case .invalid(let words): rejectSource(delivery, "source", words)
    case .notMine: rejectSource(delivery, "topic", "no topic of this bridge")
    }
  }

  func sourceFilters(atLeastOnce: Bool) -> [String] {
    sources.filters.filter { $0.isAtLeastOnce == atLeastOnce }.map(\.filter)
  }

  private func rejectSource(_ delivery: Delivery, _ kind: String, _ words: String) {
    tally.invalid += 1
    log.limited(kind, .warning, at: now, "\(Log.printable(delivery.topic)): \(words)")
  }
}

extension BridgeLoop: ReportTaker {
  public func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? {
    engine.standing(of: who)
  }

  public func take(_ report: Report) {
    if case .heartbeat(let beat) = report.word { return sourceHeartbeat(beat, report) }
    takeBeats()
    knowGateways(of: report)
    let isCarried = carry(report)
    if report.isReplay { claim(report) } else { hear(report) }
    if !isCarried { _ = carry(report) }
  }

  private func sourceHeartbeat(_ beat: Heartbeat?, _ report: Report) {
    if report.isReplay {
      tally.replaysIgnored += 1
    } else if beat == nil, report.gateway == nil {
      engine.heartbeat(report.who, in: &beats, at: now)
    } else {
      takeBeats()
      _ = carry(report)
      engine.heartbeat(report.who, beat, at: now)
    }
  }

  /// What is carried may be heard of before its gateway is.
  private func knowGateways(of report: Report) {
    if case .status(.forget) = report.word { return }
    if report.isGateway { engine.know(gateway: report.who, timeout: report.timeout, at: now) }
    if let gateway = report.gateway { engine.know(gateway: gateway, timeout: .zero, at: now) }
  }

  /// Whether there was nothing to tie, or both ends of it were known.
  private func carry(_ report: Report) -> Bool {
    guard let gateway = report.gateway else { return true }
    return engine.carry(report.who, by: gateway, returnsAlone: report.returnsAlone, at: now)
  }

  private func hear(_ report: Report) {
    let who = report.who
    switch report.word {
    case .status(let status): engine.status(who, status, hash: report.hash, at: now)
    case .heartbeat: break
    case .room(let room, let action): engine.room(who, room, action, at: now)
    case .isThere(let room, let birth): isThere(room, birth, report)
    case .isNotThere(let room, let death): isGone(from: room, .offline(death), report)
    case .isForgotten(let room): isGone(from: room, .forget, report)
    }
  }

  /// One that is away, or about to be, is in this room alone: what was said before of others is over.
  private func isThere(_ room: UnsafeRawBufferPointer, _ birth: Birth, _ report: Report) {
    guard birth.departure != .moved, engine.place(of: report.who)?.isOnline == true else {
      let status = Status.online(Self.birth(birth, in: room, report))
      return engine.status(report.who, status, hash: report.hash, at: now)
    }
    engine.status(report.who, .online(birth), hash: report.hash, at: now)
    engine.room(report.who, room, .join(data: nil), at: now)
  }

  private func isGone(from room: UnsafeRawBufferPointer, _ status: Status, _ report: Report) {
    guard engine.isMember(report.who, of: room) else {
      tally.stale += 1
      return
    }
    if isOnlyRoom(room, of: report) {
      engine.status(report.who, status, hash: report.hash, at: now)
    } else {
      engine.room(report.who, room, .leave, at: now)
    }
  }

  /// Rooms by hand are not the source's, and so none in which the client could be instead.
  private func isOnlyRoom(_ room: UnsafeRawBufferPointer, of report: Report) -> Bool {
    let byHand = report.assigned.count { name in
      !name.elementsEqual(room) && name.withUnsafeBytes { engine.isMember(report.who, of: $0) }
    }
    return (engine.place(of: report.who)?.rooms ?? 0) - byHand <= 1
  }

  private static func birth(
    _ birth: Birth, in room: UnsafeRawBufferPointer, _ report: Report
  ) -> Birth {
    var birth = birth
    birth.rooms = [[UInt8](room)]
    return Assignments.add(report.assigned, to: birth)
  }
}

/// Native clients with rooms by hand.
extension BridgeLoop {
  /// Takes in a status of a client that is always to be in these rooms while it is there.
  func assignedStatus(
    _ who: Who, _ status: Status, _ payloadHash: UInt64, _ assigned: [[UInt8]],
    _ delivery: Delivery
  ) {
    guard case .online(var birth) = status else {
      if delivery.isReplay { return engine.claim(who, status, hash: payloadHash, at: now) }
      return engine.status(who, status, hash: payloadHash, at: now)
    }
    let isNamed = birth.rooms != nil || engine.standing(of: who) == nil
    if isNamed { birth = Assignments.add(assigned, to: birth, orFrom: []) }
    // With other rooms by hand it is another claim.
    var hash = ReportHash()
    hash.add(delivery.payload)
    for room in assigned { hash.add(room) }
    if delivery.isReplay {
      engine.claim(who, .online(birth), hash: hash.value, at: now)
    } else {
      engine.status(who, .online(birth), hash: hash.value, at: now)
    }
    if !isNamed { enter(assigned, who, delivery) }
  }

  private func enter(_ rooms: [[UInt8]], _ who: Who, _ delivery: Delivery) {
    for room in rooms {
      room.withUnsafeBytes { room in
        if delivery.isReplay {
          _ = engine.claimRoom(who, room, isThere: true, at: now)
        } else {
          engine.room(who, room, .join(data: nil), at: now)
        }
      }
    }
  }
}

/// Replays of retained topics.
extension BridgeLoop {
  private func claim(_ report: Report) {
    let who = report.who
    switch report.word {
    case .status(let status): engine.claim(who, status, hash: report.hash, at: now)
    case .heartbeat: break
    case .room: tally.replaysIgnored += 1
    case .isThere(let room, let birth): claimRoom(room, birth, report)
    case .isNotThere(let room, let death): claimAbsence(from: room, death, report)
    case .isForgotten: break
    }
  }

  private func claimRoom(_ room: UnsafeRawBufferPointer, _ birth: Birth, _ report: Report) {
    let place = engine.place(of: report.who)
    guard place?.isOnline == true, place?.rooms != 0 else {
      let status = Status.online(Self.birth(birth, in: room, report))
      return engine.claim(report.who, status, hash: report.hash, at: now)
    }
    if birth.departure == .moved {
      // One room at a time: the topic of the room that it is known to be in has to take that back first.
      guard !engine.isMember(report.who, of: room) else { return }
      moves.note(report.who, room, report.hash, birth)
    } else {
      _ = engine.claimRoom(report.who, room, isThere: true, at: now)
    }
  }

  private func claimAbsence(from room: UnsafeRawBufferPointer, _ death: Death, _ report: Report) {
    guard engine.isMember(report.who, of: room) else { return }
    if !isOnlyRoom(room, of: report) {
      _ = engine.claimRoom(report.who, room, isThere: false, at: now)
    } else if let move = moves.take(report.who) {
      let birth = move.room.withUnsafeBytes { Self.birth(move.birth, in: $0, report) }
      engine.claim(report.who, .online(birth), hash: move.hash, at: now)
    } else {
      engine.claim(report.who, .offline(death), hash: report.hash, at: now)
    }
  }
}

/// Rooms that retained topics name for clients that are known to be in another one, where a client is in one
/// room at a time. Retained topics come in any order, so it is not known yet which of them is out of date.
struct ClaimedMoves {
  struct Move {
    var room: [UInt8]
    var hash: UInt64
    var birth: Birth
  }

  private var moves: [[UInt8]: Move] = [:]

  mutating func note(_ who: Who, _ room: UnsafeRawBufferPointer, _ hash: UInt64, _ birth: Birth) {
    moves[Self.key(who)] = Move(room: [UInt8](room), hash: hash, birth: birth)
  }

  mutating func take(_ who: Who) -> Move? {
    moves.isEmpty ? nil : moves.removeValue(forKey: Self.key(who))
  }

  mutating func removeAll() { moves = [:] }

  /// A client's name has no slash in it, nor has its user's.
  private static func key(_ who: Who) -> [UInt8] {
    [UInt8](who.client) + [0x2f] + (who.user.map { [UInt8]($0) } ?? [])
  }
}
