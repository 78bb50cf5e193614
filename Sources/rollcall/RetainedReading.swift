import MQTT

/// The retained messages under some filters, read once: what `rooms` and `members` answer from.
struct RetainedReading {
  var messages: [BrokerSession.Received]
  var bridge: BridgeState
  /// Filters that the broker refused.
  var refused: [String]

  /// Says on standard error what somebody should know before believing it.
  func warn() {
    if let warning = bridge.warning { complain(warning) }
    for filter in refused { complain("the broker refused the subscription to \(filter)") }
  }

  /// - Parameter limit: in which the whole answer must be here.
  /// - Throws: ``ProgramError/failed(_:)`` when the broker cannot be asked or does not answer.
  static func read(
    _ access: BrokerAccess, filters: [String], limit: Duration
  ) throws(ProgramError) -> RetainedReading {
    do throws(MQTTError) {
      var session = try BrokerSession(access, filters: filters)
      var messages = try collect(session, limit: limit)
      if let older = session.accessForOlderBroker {
        session = try BrokerSession(older, filters: filters)
        messages = try collect(session, limit: limit)
      }
      return try session.settled(within: limit, messages)
    } catch {
      throw .failed("\(access.place): \(error.detail)")
    }
  }

  private static func collect(
    _ session: BrokerSession, limit: Duration
  ) throws(MQTTError) -> [BrokerSession.Received] {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var messages: [BrokerSession.Received] = []
    var poller = Poller()
    var nextKeepAlive = clock.now + .seconds(1)
    while !session.replayIsOver, clock.now < deadline {
      poller.removeAll()
      poller.add(session.connection)
      let patience = session.replayPatience ?? .seconds(1)
      try poller.wait(min(patience, clock.now.duration(to: deadline), .seconds(1)))
      session.serve(readable: poller[0].contains(.readable))
      messages += session.take()
      guard clock.now >= nextKeepAlive else { continue }
      session.keepAlive()
      nextKeepAlive = clock.now + .seconds(1)
    }
    return messages
  }
}

extension BrokerSession {
  /// The end of a reading: a goodbye and what was read, or why there is nothing.
  fileprivate func settled(
    within limit: Duration, _ messages: [Received]
  ) throws(MQTTError) -> RetainedReading {
    if isOver { throw failure }
    guard replayIsOver else {
      throw MQTTError(call: "read", code: 0, detail: "no complete answer within \(limit)")
    }
    disconnect()
    let status = messages.last { isMarker($0.topic) }
    return RetainedReading(
      messages: messages.filter { !isMarker($0.topic) }, bridge: BridgeState(status?.payload),
      refused: refusedFilters)
  }
}
