import Presence

/// What a session asks of its link. A failure of the link ends the session; a failure of one call is that call's.
extension Session {
  /// What became of a message that was to be sent.
  enum Outcome: Equatable {
    /// It is queued under this id.
    case queued(Int32)
    /// The broker takes no packet of that size.
    case oversize
    /// It cannot be sent, for this reason.
    case refused(String)
    /// The session is over.
    case ended

    var isQueued: Bool { if case .queued = self { true } else { false } }
  }

  /// Queues a message. One of QoS 1 is in flight as `sent` until the broker has acknowledged it.
  func publish(
    _ topic: [UInt8], _ payload: [UInt8], atLeastOnce: Bool, retain: Bool, as sent: InFlight.Sent
  ) -> Outcome {
    let outcome = call { link throws(LinkError) in
      let result = payload.withUnsafeBytes { bytes in
        Result { () throws(LinkError) in
          try link.publish(topic, bytes, atLeastOnce: atLeastOnce, retain: retain)
        }
      }
      return try result.get()
    }
    if atLeastOnce, case .queued(let id) = outcome { inFlight.insert(sent, id) }
    return outcome
  }

  /// Queues an answer to a question.
  func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool) -> Outcome {
    let outcome = call { link throws(LinkError) in
      try link.answer(payload, to: reply, atLeastOnce: atLeastOnce)
    }
    if atLeastOnce, case .queued(let id) = outcome { inFlight.insert(.answer(reply.topic), id) }
    return outcome
  }

  /// Subscribes, in as many packets as the broker's limit asks for.
  ///
  /// - Parameter isLasting: the session is to have the filters until its end; what cannot be asked for now, or is refused,
  ///   is asked for again.
  /// - Returns: what was wrong; `nil`: nothing, or the session is over.
  @discardableResult
  func subscribe(_ filters: [String], atLeastOnce: Bool, isLasting: Bool = true) -> String? {
    var problem: String?
    for part in parts(of: filters) {
      let outcome = call { link throws(LinkError) in
        try link.subscribe(part, atLeastOnce: atLeastOnce)
      }
      if case .queued(let id) = outcome {
        subscriptions.asked(part, atLeastOnce, isLasting: isLasting, id)
      }
      guard let reason = outcome.problem else { continue }
      problem = reason
      guard isLasting else { continue }
      subscriptions.failed(part, atLeastOnce)
      refusedFilters.begin(at: readAt)
    }
    return problem
  }

  /// As ``subscribe(_:atLeastOnce:)``.
  func unsubscribe(_ filters: [String]) {
    for part in parts(of: filters) {
      let outcome = call { link throws(LinkError) in try link.unsubscribe(part) }
      if case .queued(let id) = outcome { subscriptions.askedToEnd(part, id) }
      guard outcome.problem != nil else { continue }
      subscriptions.failedToEnd(part)
      refusedFilters.begin(at: readAt)
    }
  }

  /// Filters that fit in one packet each time (MQTT 5 section 3.8): with a header of 5 bytes at most, an identifier, no
  /// properties, and for each filter its length and its options.
  private func parts(of filters: [String]) -> [[String]] {
    guard let limit = maximumPacketSize else { return filters.isEmpty ? [] : [filters] }
    var parts: [[String]] = []
    var room = 0
    for filter in filters {
      let size = filter.utf8.count + 3
      if parts.isEmpty || size > room {
        parts.append([])
        room = limit - 8
      }
      parts[parts.count - 1].append(filter)
      room -= size
    }
    return parts
  }

  func read(at now: Instant) {
    readAt = now
    run { link throws(LinkError) in try link.read() }
  }

  /// Sends what is queued: what was withheld is acknowledged with it.
  func write() { run { link throws(LinkError) in try link.write() } }

  func keepAlive() { run { link throws(LinkError) in try link.keepAlive() } }

  func disconnect() {
    run { link throws(LinkError) in
      try link.disconnect()
      try link.write()
    }
  }

  private func run(_ body: (any Link) throws(LinkError) -> Void) {
    guard let link, end == nil, link.isOpen else { return }
    do throws(LinkError) { try body(link) } catch { close(LinkEnd(reason: error.description)) }
  }

  private func call(_ body: (any Link) throws(LinkError) -> Int32) -> Outcome {
    guard let link, end == nil, link.isOpen else { return .ended }
    do throws(LinkError) { return .queued(try body(link)) } catch {
      switch error.scope {
      case .oversize: return .oversize
      case .call: return .refused(error.description)
      case .connection:
        close(LinkEnd(reason: error.description))
        return .ended
      }
    }
  }
}

extension Session.Outcome {
  fileprivate var problem: String? {
    switch self {
    case .queued, .ended: nil
    case .oversize: "too large for the broker"
    case .refused(let reason): reason
    }
  }
}
