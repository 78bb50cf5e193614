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
    case .stale(let words):
      tally.stale += 1
      if let words { tellSource(delivery, "stale", .notice, words) }
    case .invalid(let words): rejectSource(delivery, "source", words)
    // Reading statuses again may bring more than was asked for.
    case .notMine where delivery.isReplay && session?.reread.isUnderWay ?? false:
      tally.replaysIgnored += 1
    case .notMine: rejectSource(delivery, "topic", "no topic of this bridge")
    }
  }

  func sourceFilters(atLeastOnce: Bool) -> [String] {
    sources.filters.filter { $0.isAtLeastOnce == atLeastOnce }.map(\.filter)
  }

  private func rejectSource(_ delivery: Delivery, _ kind: String, _ words: String) {
    tally.invalid += 1
    tellSource(delivery, kind, .warning, words)
  }

  private func tellSource(
    _ delivery: Delivery, _ kind: String, _ level: LogLevel, _ words: String
  ) {
    log.limited(kind, level, at: now, "\(Log.printable(delivery.topic)): \(words)")
  }
}

extension BridgeLoop: ReportTaker {
  public func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? {
    engine.standing(of: who)
  }

  public func forEachPresent(
    with prefix: [UInt8],
    _ body: (_ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?) -> Void
  ) {
    engine.forEachPresent(with: prefix, body)
  }

  public func remark(_ words: String, of source: Source) {
    log.log(.notice, at: now, "source \(source.namespace): \(words)")
  }

  public func ask(_ topic: [UInt8], _ payload: [UInt8]) {
    if !sourceRequests.add(topic, payload) { tally.limited += 1 }
  }

  /// Publishes what sources ask their systems for.
  func publishSourceRequests() {
    guard stage == .live, let session else { return }
    for request in sourceRequests.takeAll() {
      let outcome = session.publish(
        request.topic, request.payload, atLeastOnce: false, retain: false, as: .probe)
      tell(outcome, request.topic, request.payload.count)
    }
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
    guard engine.isMember(report.who, of: room), !isOutdated(status, report) else {
      tally.stale += 1
      return
    }
    if ownRooms(of: report) <= 1 {
      engine.status(report.who, status, hash: report.hash, at: now)
    } else {
      engine.room(report.who, room, .leave, at: now)
    }
  }

  /// Leaving one room of several is no death to the engine, which would see that it is of an earlier connection.
  private func isOutdated(_ status: Status, _ report: Report) -> Bool {
    guard case .offline(let death) = status, let epoch = death.epoch else { return false }
    return epoch < engine.standing(of: report.who)?.epoch ?? .min
  }

  /// Rooms by hand are not the source's, and so none in which the client could be instead.
  func ownRooms(of who: Who, byHand: [[UInt8]]) -> Int {
    let others = byHand.count { name in name.withUnsafeBytes { engine.isMember(who, of: $0) } }
    return (engine.place(of: who)?.rooms ?? 0) - others
  }

  func ownRooms(of report: Report) -> Int { ownRooms(of: report.who, byHand: report.assigned) }

  static func birth(
    _ birth: Birth, in room: UnsafeRawBufferPointer, _ report: Report
  ) -> Birth {
    var birth = birth
    birth.rooms = [[UInt8](room)]
    return Assignments.add(report.assigned, to: birth)
  }
}
