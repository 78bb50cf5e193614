import Bridge
import Presence

/// What the bridge asks of its connection, and how that fails.
extension SimulatedLink {
  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    var message = Message(topic, Array(payload), isAcknowledged: atLeastOnce, isRetained: retain)
    message.sentAt = world.now
    return try send(message, .publish)
  }

  func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool)
    throws(LinkError) -> Int32
  {
    var message = Message(reply.topic, payload, isAcknowledged: atLeastOnce)
    message.sentAt = world.now
    return try send(message, .answer)
  }

  func sayOnline() {
    _ = try? send(
      Message("presence/bridge/status", Array("online".utf8), isAcknowledged: false), .publish)
  }

  private func send(_ message: Message, _ call: Trouble.Call) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    world.judge.checkWire(message)
    do throws(LinkError) {
      try attempt(call)
      try checkSize(5 + message.topic.count + 2 + message.payload.count)
    } catch {
      outbox.append(.lost(message))
      world.judge.eventWasAnswered(message, isTaken: false)
      throw error
    }
    process.deeds += 1
    nextID += 1
    world.judge.sent(message)
    if message.isAcknowledged, !message.isRetained { events[nextID] = message }
    if world.canary == .forgesFences, message.topic.elementsEqual("presence/bridge/fence".utf8) {
      inbox.append(.publish(message, id: nil, isReplay: false))
    } else {
      outbox.append(.publish(message, id: nextID))
    }
    return nextID
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    try attempt(.subscribe)
    try checkSize(3 + filters.reduce(0) { $0 + 3 + $1.utf8.count })
    process.deeds += 1
    nextID += 1
    outbox.append(.subscribe(nextID, filters, atLeastOnce: atLeastOnce))
    return nextID
  }

  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32 {
    guard process.step(), open else { throw LinkError("not connected") }
    try attempt(.unsubscribe)
    try checkSize(3 + filters.reduce(0) { $0 + 2 + $1.utf8.count })
    process.deeds += 1
    nextID += 1
    outbox.append(.unsubscribe(nextID, filters))
    return nextID
  }
}

/// Failures.
extension SimulatedLink {
  /// MQTT 5 tells the library how much the broker takes, and the library keeps to it.
  var packetLimit: Int? { version == .v5 ? world.adversity.packetLimit : nil }

  /// - Parameter length: what stands behind the fixed header.
  private func checkSize(_ length: Int) throws(LinkError) {
    guard let packetLimit, length + (length < 128 ? 2 : 3) > packetLimit else { return }
    failedInTurn = process.turns
    throw LinkError("larger than the broker takes", scope: .oversize)
  }

  func attempt(_ call: Trouble.Call) throws(LinkError) {
    if world.canary == .overstatesFailures, nextID % 40 == 39 {
      failedInTurn = process.turns
      throw LinkError("overstated")
    }
    switch world.trouble.outcome(of: call) {
    case .works: return
    case .fails:
      world.note("  \(call) fails")
      failedInTurn = process.turns
      throw LinkError("\(call) failed", scope: .call)
    case .endsConnection:
      world.note("  the bridge's connection ends in \(call)")
      open = false
      closeUp()
      if world.trouble.tellsDelegate {
        delegate?.linkDidEnd(LinkEnd(reason: "connection lost", isTakenOver: false))
      }
      throw LinkError("connection lost")
    }
  }
}
