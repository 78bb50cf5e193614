import Glibc
import MQTT

/// A client that remembers everything it hears. Each of its methods runs the connection until it has its answer.
public final class TestClient: ConnectionDelegate {
  /// A message as it came in.
  public struct Received: Equatable, Sendable {
    public let topic: String
    public let payload: [UInt8]
    public let qos: Int32
    public let retain: Bool
    /// MQTT 5's correlation data, of an answer.
    public var correlation: [UInt8]?

    public init(topic: String, payload: [UInt8], qos: Int32, retain: Bool) {
      self.topic = topic
      self.payload = payload
      self.qos = qos
      self.retain = retain
    }

    /// The payload as UTF-8.
    public var text: String { String(decoding: payload, as: UTF8.self) }
  }

  public struct Disconnect: Equatable, Sendable {
    public let reasonCode: Int32
    public let byBroker: Bool

    public init(reasonCode: Int32, byBroker: Bool) {
      self.reasonCode = reasonCode
      self.byBroker = byBroker
    }
  }

  public let options: ConnectionOptions
  public private(set) var connection: Connection?
  public private(set) var connectResult: ConnectResult?
  /// Every message since the client was made, over all of its connections.
  public var messages: [Received] = []
  /// The reason codes of own publishes by packet identifier.
  public private(set) var acknowledged: [Int32: Int32] = [:]
  /// What each SUBSCRIBE was granted, by packet identifier.
  public private(set) var granted: [Int32: [Int32]] = [:]
  /// The packet identifiers of UNSUBSCRIBEs that were answered.
  public private(set) var unsubscribed: [Int32] = []
  public private(set) var disconnects: [Disconnect] = []
  /// Called within the callback for each message, once it is remembered.
  public var whenReceived: ((TestClient) -> Void)?
  private var questions = 0

  public init(_ options: ConnectionOptions) {
    // As the program does: since 2.1 libmosquitto leaves that to whoever uses it.
    signal(SIGPIPE, SIG_IGN)
    self.options = options
  }

  public convenience init(
    _ broker: TestBroker, id: String, _ configure: (inout ConnectionOptions) -> Void = { _ in }
  ) {
    var options = ConnectionOptions(endpoint: broker.endpoint, clientID: id)
    configure(&options)
    self.init(options)
  }

  /// Makes a connection and begins to connect, without waiting.
  public func begin() throws {
    connectResult = nil
    acknowledged = [:]
    granted = [:]
    unsubscribed = []
    let connection = try Connection(options, delegate: self)
    self.connection = connection
    try connection.connect()
  }

  /// Connects, again if need be, and waits until the broker has accepted. Throws the connection's failure.
  @discardableResult
  public func connect(limit: Duration = .seconds(10)) throws -> ConnectResult {
    try begin()
    let connection = try open()
    _ = try drive([connection], for: limit) { connectResult != nil }
    if let failure = connection.failure { throw failure }
    guard let connectResult else { throw TestFailure("\(options.clientID): no CONNACK") }
    return connectResult
  }

  /// Subscribes and waits for what was granted.
  @discardableResult
  public func subscribe(_ filters: String..., qos: QoS = .atLeastOnce) throws -> [Int32] {
    let id = try open().subscribe(filters, qos: qos)
    try wait(for: "SUBACK") { $0.granted[id] != nil }
    return granted[id] ?? []
  }

  /// Publishes and waits for the PUBACK, or at QoS 0 until it is written; returns the reason code.
  @discardableResult
  public func publish(
    _ topic: String, _ text: String, qos: QoS = .atLeastOnce, retain: Bool = false
  ) throws -> Int32 {
    try publish(topic, bytes: Array(text.utf8), qos: qos, retain: retain)
  }

  @discardableResult
  public func publish(
    _ topic: String, bytes: [UInt8], qos: QoS = .atLeastOnce, retain: Bool = false
  ) throws -> Int32 {
    let id = try open().publish(topic, bytes, qos: qos, retain: retain)
    try wait(for: "PUBACK") { $0.acknowledged[id] != nil }
    return acknowledged[id] ?? 0
  }

  /// Asks on a topic, and waits for what comes on `answerTopic`, which is subscribed to already, with the same
  /// correlation data. Throws when there is no answer.
  public func ask(
    _ topic: String, _ text: String, answerTopic: String, limit: Duration = .seconds(10)
  ) throws -> Received {
    questions += 1
    let correlation = Array("question \(questions)".utf8)
    try open().publish(
      Array(topic.utf8), Array(text.utf8), qos: .atLeastOnce,
      request: RequestProperties(responseTopic: answerTopic, correlationData: correlation))
    func find() -> Received? {
      messages.last { $0.topic == answerTopic && $0.correlation == correlation }
    }
    try wait(for: "an answer to \(text)", limit: limit) { _ in find() != nil }
    guard let answer = find() else { throw TestFailure("the answer went away") }
    return answer
  }

  /// Disconnects in good order: no will.
  public func disconnect() throws {
    try open().disconnect()
    while let connection, connection.isOpen { try connection.write() }
    connection = nil
  }

  /// Closes the socket without a DISCONNECT: the broker publishes the will.
  public func cut() {
    connection = nil
  }

  /// Runs the connection until a condition holds. Throws when it does not within `limit` or the connection ends.
  public func wait(
    for what: String, limit: Duration = .seconds(10), until condition: (TestClient) -> Bool
  ) throws {
    guard let connection else { throw TestFailure("\(options.clientID) is not connected") }
    if try drive([connection], for: limit, until: { condition(self) }) { return }
    let end = connection.failure.map { ", \($0)" } ?? ""
    throw TestFailure("\(options.clientID) waited in vain for \(what)\(end); got \(messages)")
  }

  /// Waits until the connection has ended, by whatever hand.
  public func waitForEnd(limit: Duration = .seconds(10)) throws {
    guard let connection else { return }
    guard try drive([connection], for: limit, until: { !connection.isOpen }) else {
      throw TestFailure("\(options.clientID) is still connected")
    }
  }

  /// Waits until a message with this topic, and this text if given, has come; returns the newest such.
  @discardableResult
  public func wait(forMessage topic: String, _ text: String? = nil, limit: Duration = .seconds(10))
    throws -> Received
  {
    func find() -> Received? {
      messages.last { $0.topic == topic && (text == nil || $0.text == text) }
    }
    try wait(for: "\(topic) \(text ?? "")", limit: limit) { _ in find() != nil }
    guard let message = find() else { throw TestFailure("\(topic) went away") }
    return message
  }

  private func open() throws -> Connection {
    guard let connection else { throw TestFailure("\(options.clientID) is not connected") }
    return connection
  }

  public func connection(_ connection: Connection, didConnect result: ConnectResult) {
    connectResult = result
  }

  public func connection(_ connection: Connection, didReceive message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    let payload = Array(message.payload)
    var received = Received(
      topic: topic, payload: payload, qos: message.qos, retain: message.retain)
    received.correlation = message.correlationData
    messages.append(received)
    whenReceived?(self)
  }

  public func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {
    acknowledged[id] = reasonCode
  }

  public func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {
    self.granted[id] = granted
  }

  public func connection(_ connection: Connection, didUnsubscribe id: Int32) {
    unsubscribed.append(id)
  }

  public func connection(
    _ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool
  ) {
    disconnects.append(Disconnect(reasonCode: reasonCode, byBroker: byBroker))
  }
}
