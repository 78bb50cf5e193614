import MQTT

/// One connection of a command to the broker: subscribes, and hands over the messages until the
/// replay is complete and beyond.
final class BrokerSession {
  /// A message, in bytes of its own.
  struct Received {
    var topic: [UInt8]
    var payload: [UInt8]
    var retained: Bool
  }

  let connection: Connection
  private(set) var isOver = false
  private var refusal: ConnectResult?
  /// What the library would not send, so that there is nothing to wait for.
  private var refusedCall: MQTTError?
  /// Filters that the broker did not grant.
  private(set) var refusedFilters: [String] = []
  private var replay = ReplayEnd()
  private var received: [Received] = []
  private var markerID: Int32 = -1
  private var filtersID: Int32 = -1
  private let access: BrokerAccess
  private let filters: [String]
  /// The retained topic that is subscribed last; see ``ReplayEnd``.
  private let marker: String
  private let ears = Ears()
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  /// Begins to connect.
  init(_ access: BrokerAccess, filters: [String]) throws(MQTTError) {
    self.access = access
    self.filters = filters
    marker = "\(access.root)/bridge/status"
    start = clock.now
    connection = try Connection(access.options, delegate: ears)
    ears.session = self
    try connection.connect()
  }

  private var now: Duration { clock.now - start }

  var replayIsOver: Bool { isOver || replay.isOver(at: now) }

  /// How long to wait for more of the replay; `nil`: it has not got so far.
  var replayPatience: Duration? { replay.deadline.map { max($0 - now, .zero) } }

  /// Why the connection ended.
  var failure: MQTTError {
    refusedCall ?? connection.failure
      ?? MQTTError(call: "read", code: 0, detail: "the broker closed the connection")
  }

  /// The same with MQTT 3.1.1, where the broker refused 5 and 3.1.1 may be tried; else `nil`.
  var accessForOlderBroker: BrokerAccess? {
    guard refusal?.isUnsupportedProtocol == true, access.mayFallBack,
      access.options.protocolVersion == .v5
    else { return nil }
    var older = access
    older.options.protocolVersion = .v311
    return older
  }

  func isMarker(_ topic: [UInt8]) -> Bool { topic.elementsEqual(marker.utf8) }

  /// What has come in since the last call.
  func take() -> [Received] {
    defer { received.removeAll(keepingCapacity: true) }
    return received
  }

  /// Reads what has arrived and writes what is queued; an end of the connection shows in ``isOver``.
  func serve(readable: Bool) {
    guard connection.descriptor != nil else { return }
    do throws(MQTTError) {
      if readable {
        repeat { try connection.read() } while connection.hasInput && received.count < 1000
      }
      if connection.descriptor != nil, connection.wantsWrite { try connection.write() }
    } catch {
      isOver = true
    }
  }

  /// Hears of one more topic, at QoS 0.
  func subscribe(_ topic: String) { _ = try? connection.subscribe([topic], qos: .atMostOnce) }

  func unsubscribe(_ topic: String) { _ = try? connection.unsubscribe([topic]) }

  /// About once a second.
  func keepAlive() {
    do throws(MQTTError) { try connection.keepAlive() } catch { isOver = true }
  }

  /// Leaves as one should; what is still queued goes out first.
  func disconnect() {
    guard !isOver else { return }
    try? connection.disconnect()
    try? connection.write()
  }

  private func subscribe() throws(MQTTError) {
    // QoS 0: Mosquitto drops what does not fit its queue of a session, and only QoS 1 waits there.
    filtersID = try connection.subscribe(filters, qos: .atMostOnce)
    markerID = try connection.subscribe([marker], qos: .atMostOnce)
  }

  fileprivate func connected(_ result: ConnectResult) {
    guard result.reasonCode == 0 else {
      refusal = result
      return
    }
    do throws(MQTTError) { try subscribe() } catch { (refusedCall, isOver) = (error, true) }
  }

  fileprivate func heard(_ message: Message) {
    let topic = Array(message.topic)
    replay.heard(isMarker: message.retain && isMarker(topic), at: now)
    received.append(
      Received(topic: topic, payload: Array(message.payload), retained: message.retain))
  }

  fileprivate func subscribed(_ id: Int32, granted: [Int32]) {
    if id == markerID { replay.markerAcknowledged(at: now) }
    guard id == filtersID else { return }
    refusedFilters = zip(filters, granted).filter { $0.1 >= 128 }.map(\.0)
  }

  fileprivate func ended() { isOver = true }
}

/// Hears for a session: a connection wants its delegate before the session is whole.
private final class Ears: ConnectionDelegate {
  weak var session: BrokerSession?

  func connection(_ connection: Connection, didConnect result: ConnectResult) {
    session?.connected(result)
  }

  func connection(_ connection: Connection, didReceive message: Message) {
    session?.heard(message)
  }

  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {
    session?.subscribed(id, granted: granted)
  }

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {
    session?.ended()
  }
}
