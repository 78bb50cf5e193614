import Presence

/// A second connection, without a session and without a will, on which questions are answered while the session's own may
/// send nothing: what is to be acknowledged there waits for the disk, and the library sends in the order of its queue.
///
/// It is made when it is needed first, and closed when it has not been for a while.
final class SideLink {
  /// How long a question waits for the session before it is answered aside.
  static let patience = Duration.milliseconds(30)
  private static let idleLimit = Duration.seconds(60)
  /// The broker may be silent, or refuse it.
  private static let connectLimit = Duration.seconds(5)

  private var link: (any Link)?
  private var welcome: LinkWelcome?
  private var isOver = false
  private var lastUse: Instant
  private var nextKeepAlive: Instant

  init(at now: Instant) {
    lastUse = now
    nextKeepAlive = now + .seconds(1)
  }

  /// Begins to connect; a failure shows as an end.
  func open(_ broker: any Broker, version: LinkVersion) {
    do { link = try broker.connectWitness(version: version, delegate: self) } catch {
      isOver = true
    }
  }

  var isReady: Bool { !isOver && welcome.map { $0.refusal == nil } ?? false }

  var nextTime: Instant { nextKeepAlive }

  /// Does what can be done now.
  ///
  /// - Returns: whether it is of use any more.
  func turn(at now: Instant) -> Bool {
    let limit = welcome == nil ? Self.connectLimit : Self.idleLimit
    if now >= lastUse + limit || welcome?.refusal != nil { close() }
    while !isOver, let link, link.isOpen {
      run { link throws(LinkError) in
        try link.read()
        if now >= nextKeepAlive {
          nextKeepAlive = now + .seconds(1)
          try link.keepAlive()
        }
        try link.write()
      }
      guard link.hasInput else { break }
    }
    return !isOver && link?.isOpen ?? false
  }

  /// - Returns: whether it was sent.
  func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool, at now: Instant)
    -> Bool
  {
    lastUse = now
    var isSent = false
    run { link throws(LinkError) in
      _ = try link.answer(payload, to: reply, atLeastOnce: atLeastOnce)
      try link.write()
      isSent = true
    }
    return isSent
  }

  func close() {
    guard !isOver else { return }
    run { link throws(LinkError) in
      try link.disconnect()
      try link.write()
    }
    isOver = true
    link?.close()
    link = nil
  }

  private func run(_ body: (any Link) throws(LinkError) -> Void) {
    guard let link, !isOver else { return }
    do throws(LinkError) { try body(link) } catch {
      if error.scope == .connection { isOver = true }
    }
  }
}

extension SideLink: LinkDelegate {
  func linkDidConnect(_ welcome: LinkWelcome) { self.welcome = welcome }
  func linkDidReceive(_ delivery: Delivery) {}
  func linkDidAcknowledge(_ id: Int32, reason: Int32) {}
  func linkDidSubscribe(_ id: Int32, granted: [Int32]) {}
  func linkDidUnsubscribe(_ id: Int32) {}
  func linkDidEnd(_ end: LinkEnd) { isOver = true }
}
