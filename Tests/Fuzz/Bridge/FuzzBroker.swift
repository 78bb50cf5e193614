import Bridge
import CMosquitto

/// An honest broker in memory, to whose clients anything may be said.
///
/// It keeps what is retained, replays it at a subscribe, gives back what the bridge is subscribed to, and acknowledges
/// at once. What libmosquitto would refuse to send is noted: the bridge must not try.
final class FuzzBroker: Broker, Link {
  struct Published {
    var topic: [UInt8]
    var payload: [UInt8]
    var retain: Bool
  }

  struct Retained {
    var payload: [UInt8]
    var isAcknowledged: Bool
  }

  private(set) var retained: [[UInt8]: Retained] = [:]
  /// What was published since somebody looked.
  private var published: [Published] = []
  /// What the bridge asked for that no library would send.
  private(set) var unsendable: [String] = []
  private(set) var connections = 0
  /// Of the next connection.
  var maximumPacketSize: Int?
  private var hasSession = false
  private weak var delegate: (any LinkDelegate)?
  private var inbox: [(any LinkDelegate) -> Void] = []
  private var nextToRead = 0
  private var filters: [(filter: [UInt8], isAcknowledged: Bool)] = []
  private var nextID: Int32 = 0
  private(set) var isOpen = false

  func connect(version: LinkVersion, delegate: any LinkDelegate) -> any Link {
    connections += 1
    self.delegate = delegate
    isOpen = true
    clearInbox()
    let welcome = LinkWelcome(sessionPresent: hasSession, maximumPacketSize: maximumPacketSize)
    inbox.append { $0.linkDidConnect(welcome) }
    hasSession = true
    return self
  }

  /// Ends the connection; with the session goes what the bridge was subscribed to.
  func cut(losesSession: Bool) {
    if losesSession { (hasSession, filters) = (false, []) }
    guard isOpen else { return }
    clearInbox()
    inbox.append { [self] delegate in
      isOpen = false
      delegate.linkDidEnd(LinkEnd(reason: "cut"))
    }
  }

  var hasInput: Bool { isOpen && nextToRead < inbox.count }

  func read() {
    guard let delegate, hasInput else { return }
    let event = inbox[nextToRead]
    nextToRead += 1
    if nextToRead == inbox.count { clearInbox() }
    event(delegate)
  }

  private func clearInbox() { (inbox, nextToRead) = ([], 0) }

  /// Hands a message to the bridge, if its topic is one that libmosquitto hands over.
  func deliver(
    _ topic: [UInt8], _ payload: [UInt8], isAcknowledged: Bool, isReplay: Bool,
    reply: ReplyAddress? = nil
  ) {
    guard Self.isSendable(topic) else { return }
    inbox.append { delegate in
      topic.withUnsafeBytes { topic in
        payload.withUnsafeBytes { payload in
          delegate.linkDidReceive(
            Delivery(
              topic: topic, payload: payload, isAcknowledged: isAcknowledged, isReplay: isReplay,
              reply: reply))
        }
      }
    }
  }

  /// Keeps a message, or with an empty payload none.
  func retain(_ topic: [UInt8], _ payload: [UInt8], isAcknowledged: Bool) {
    retained[topic] =
      payload.isEmpty ? nil : Retained(payload: payload, isAcknowledged: isAcknowledged)
  }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    let bytes = Array(payload)
    guard Self.isSendable(topic) else {
      unsendable.append(shown(topic))
      throw LinkError("malformed")
    }
    published.append(Published(topic: topic, payload: bytes, retain: retain))
    if retain { self.retain(topic, bytes, isAcknowledged: atLeastOnce) }
    nextID += 1
    let id = nextID
    if filters.contains(where: { matches(topic, $0.filter) }) {
      deliver(topic, bytes, isAcknowledged: false, isReplay: false)
    }
    if atLeastOnce { inbox.append { $0.linkDidAcknowledge(id, reason: 0) } }
    return id
  }

  /// What libmosquitto checks before it sends, and when it receives.
  private static func isSendable(_ topic: [UInt8]) -> Bool {
    guard !topic.contains(0) else { return false }
    return topic.withUnsafeBytes { bytes in
      let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      return mosquitto_validate_utf8(text, Int32(bytes.count)) == MOSQ_ERR_SUCCESS.rawValue
        && mosquitto_pub_topic_check2(text, bytes.count) == MOSQ_ERR_SUCCESS.rawValue
    }
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 {
    nextID += 1
    let id = nextID
    let granted = filters.map { _ in Int32(atLeastOnce ? 1 : 0) }
    inbox.append { $0.linkDidSubscribe(id, granted: granted) }
    for filter in filters.map({ Array($0.utf8) }) {
      self.filters.removeAll { $0.filter == filter }
      self.filters.append((filter, atLeastOnce))
      replay(filter, atLeastOnce)
    }
    return id
  }

  private func replay(_ filter: [UInt8], _ atLeastOnce: Bool) {
    let topics = retained.keys.filter { matches($0, filter) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    for topic in topics {
      guard let message = retained[topic] else { continue }
      deliver(
        topic, message.payload, isAcknowledged: atLeastOnce && message.isAcknowledged,
        isReplay: true)
    }
  }

  func unsubscribe(_ filters: [String]) -> Int32 {
    nextID += 1
    let id = nextID
    let gone = Set(filters.map { Array($0.utf8) })
    self.filters.removeAll { gone.contains($0.filter) }
    inbox.append { $0.linkDidUnsubscribe(id) }
    return id
  }

  func write() {}
  func keepAlive() {}
  func disconnect() {}

  func close() {
    isOpen = false
    clearInbox()
  }

  func takePublished() -> [Published] {
    defer { published = [] }
    return published
  }
}
