import Bridge
import Presence

/// A broker and its connection in one, which do as they are told: what is published is kept, and what is to come in
/// waits until it is read.
final class FakeBroker: Broker, Link {
  struct Published: Equatable {
    var topic: String
    var payload: String
    var retain: Bool
    var atLeastOnce: Bool
    var id: Int32
  }

  /// Gives the fences back, and acknowledges at once.
  var isHonest = true
  /// The reason of a PUBACK for a topic; 0 where it gives `nil`.
  var refusal: (String) -> Int32? = { _ in nil }
  /// Whether what is said on a client's topic is passed on.
  var hears: (String) -> Bool = { _ in true }
  /// Whether a PUBACK comes for a topic at all.
  var acknowledges: (String) -> Bool = { _ in true }
  /// As Mosquitto 2.0.11 does with `max_queued_messages 0`.
  var hangsUpAtRefusal = false
  /// The code of a SUBACK for a filter; the QoS that was asked for where it gives `nil`.
  var grant: (String) -> Int32? = { _ in nil }
  /// Whether an UNSUBACK comes.
  var takesBack = true
  /// What a call fails with that publishes on a topic.
  var failure: (String) -> LinkError? = { _ in nil }
  /// What is retained, replayed at a subscribe to the very topic.
  var retained: [String: String] = [:]
  var welcome = LinkWelcome()
  private(set) var connections = 0
  private(set) var closes = 0
  var published: [Published] = []
  private(set) var subscribed: [String] = []
  private(set) var unsubscribed: [String] = []
  private weak var delegate: (any LinkDelegate)?
  private var inbox: [(any LinkDelegate) -> Void] = []
  private var nextID: Int32 = 0
  private(set) var isOpen = false

  func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link {
    connections += 1
    self.delegate = delegate
    isOpen = true
    inbox = []
    let welcome = welcome
    inbox.append { $0.linkDidConnect(welcome) }
    return self
  }

  /// Under another client id.
  let other = OtherConnection()

  func connectWitness(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError)
    -> any Link
  {
    other.begin(delegate)
    return other
  }

  var hasInput: Bool { isOpen && !inbox.isEmpty }

  func read() {
    guard let delegate, isOpen, !inbox.isEmpty else { return }
    inbox.removeFirst()(delegate)
  }

  func write() {}
  func keepAlive() {}
  func disconnect() {}

  func close() {
    closes += 1
    isOpen = false
    inbox = []
  }

  func end(_ end: LinkEnd) {
    inbox.append { [self] in
      isOpen = false
      $0.linkDidEnd(end)
    }
  }

  func say(_ topic: String, _ payload: String, isReplay: Bool = false, isAcknowledged: Bool = false)
  {
    inbox.append { delegate in
      Array(topic.utf8).withUnsafeBytes { topic in
        Array(payload.utf8).withUnsafeBytes { payload in
          delegate.linkDidReceive(
            Delivery(
              topic: topic, payload: payload, isAcknowledged: isAcknowledged, isReplay: isReplay))
        }
      }
    }
  }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    let (name, text) = (
      String(decoding: topic, as: UTF8.self), String(decoding: payload, as: UTF8.self)
    )
    if let error = failure(name) { throw error }
    nextID += 1
    let id = nextID
    published.append(
      Published(topic: name, payload: text, retain: retain, atLeastOnce: atLeastOnce, id: id))
    let reason = refusal(name)
    if retain, reason == nil { retained[name] = text.isEmpty ? nil : text }
    guard isHonest else { return id }
    if name.hasSuffix("/heartbeat"), hears(name), reason == nil { say(name, text) }
    if name.hasPrefix("presence/events/"), subscribed.contains("presence/events/#"), reason == nil {
      say(name, text)
    }
    if name.hasSuffix("/fence"), !text.hasSuffix(" 0"), reason == nil { say(name, text) }
    if atLeastOnce, acknowledges(name) {
      inbox.append { $0.linkDidAcknowledge(id, reason: reason ?? 0) }
    }
    if hangsUpAtRefusal, reason ?? 0 >= 128 { end(LinkEnd(reason: "hung up")) }
    return id
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32 {
    nextID += 1
    let id = nextID
    let codes = filters.map { grant($0) ?? (atLeastOnce ? 1 : 0) }
    inbox.append { $0.linkDidSubscribe(id, granted: codes) }
    for (filter, code) in zip(filters, codes) where code < 128 {
      subscribed.append(filter)
      for (topic, payload) in retained.sorted(by: { $0.key < $1.key })
      where topic == filter || filter.hasSuffix("#") && topic.hasPrefix(filter.dropLast()) {
        say(topic, payload, isReplay: true)
      }
    }
    return id
  }

  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32 {
    nextID += 1
    let id = nextID
    unsubscribed += filters
    subscribed.removeAll { filters.contains($0) }
    if takesBack { inbox.append { $0.linkDidUnsubscribe(id) } }
    return id
  }

  /// What was published on a topic since the last call.
  func take(_ topic: String) -> [String] {
    defer { published.removeAll { $0.topic == topic } }
    return published.filter { $0.topic == topic }.map(\.payload)
  }
}

/// What a witness is connected through.
final class OtherConnection: Link {
  private weak var delegate: (any LinkDelegate)?
  private var inbox: [(any LinkDelegate) -> Void] = []
  private(set) var isOpen = false
  private(set) var count = 0
  /// What stands on `bridge/stats`.
  var stats: String?
  /// What a bridge answers that is asked for.
  var answer: String?

  func begin(_ delegate: any LinkDelegate) {
    self.delegate = delegate
    isOpen = true
    count += 1
    inbox = [{ $0.linkDidConnect(LinkWelcome()) }]
  }

  func say(_ topic: String, _ payload: String, isReplay: Bool) {
    inbox.append { delegate in
      Array(topic.utf8).withUnsafeBytes { topic in
        Array(payload.utf8).withUnsafeBytes { payload in
          delegate.linkDidReceive(
            Delivery(topic: topic, payload: payload, isAcknowledged: false, isReplay: isReplay))
        }
      }
    }
  }

  var hasInput: Bool { isOpen && !inbox.isEmpty }

  func read() {
    guard let delegate, isOpen, !inbox.isEmpty else { return }
    inbox.removeFirst()(delegate)
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 {
    if let stats, let filter = filters.first { say(filter, stats, isReplay: true) }
    return 1
  }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) -> Int32 {
    if let answer { say("presence/bridge/stats", answer, isReplay: false) }
    return 1
  }
  func write() {}
  func keepAlive() {}
  func unsubscribe(_ filters: [String]) -> Int32 { 0 }
  func disconnect() {}
  func close() { isOpen = false }
}
