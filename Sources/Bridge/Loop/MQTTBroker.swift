import MQTT
import Presence

/// The real broker, behind the loop's port.
final class MQTTBroker: Broker {
  private let configuration: Configuration
  private(set) var link: MQTTLink?
  /// Under another client id, beside that or while there is none.
  private(set) weak var otherLink: MQTTLink?

  init(_ configuration: Configuration) { self.configuration = configuration }

  func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link {
    let link = try open(ConnectionOptions(configuration), version, delegate)
    self.link = link
    return link
  }

  func connectWitness(version: LinkVersion, delegate: any LinkDelegate)
    throws(LinkError) -> any Link
  {
    var options = ConnectionOptions(configuration)
    // Two bridges may look at the same time.
    options.clientID += "-witness-\(UInt16.random(in: 0 ... .max))"
    options.cleanStart = true
    options.sessionExpiry = .zero
    options.will = nil
    let link = try open(options, version, delegate)
    otherLink = link
    return link
  }

  /// Every file that the configuration names for it is read anew, so that one that was wrong may be mended.
  private func open(
    _ options: ConnectionOptions, _ version: LinkVersion, _ delegate: any LinkDelegate
  ) throws(LinkError) -> MQTTLink {
    var options = options
    options.protocolVersion = version == .v5 ? .v5 : .v311
    do throws(ConfigurationProblem) { options.password = try configuration.readPassword() } catch {
      throw LinkError(error.description)
    }
    do throws(MQTTError) {
      return try MQTTLink(options, delegate: delegate)
    } catch {
      throw LinkError(error.description)
    }
  }
}

extension ConnectionOptions {
  /// All but the password, which is in a file.
  fileprivate init(_ configuration: Configuration) {
    let address = configuration.broker
    let tls = TLS(
      cafile: configuration.cafile, certfile: configuration.certfile,
      keyfile: configuration.keyfile)
    self.init(
      endpoint: Endpoint(
        host: address.host, port: Int(address.port), tls: address.tls ? tls : nil),
      clientID: configuration.clientID)
    cleanStart = false
    sessionExpiry = configuration.sessionExpiry
    keepAlive = configuration.keepalive
    username = configuration.username
    will = Will(
      topic: "\(configuration.root)/bridge/status", payload: Array("offline".utf8),
      qos: .atLeastOnce, retain: true)
  }
}

/// One real connection, behind the loop's port.
final class MQTTLink: Link, ConnectionDelegate {
  private(set) var connection: Connection?
  private unowned let delegate: any LinkDelegate

  init(_ options: ConnectionOptions, delegate: any LinkDelegate) throws(MQTTError) {
    self.delegate = delegate
    let connection = try Connection(options, delegate: self)
    self.connection = connection
    try connection.connect()
  }

  var isOpen: Bool { connection?.isOpen ?? false }
  var hasInput: Bool { connection?.hasInput ?? false }

  func read() throws(LinkError) { try call { c throws(MQTTError) in try c.read() } }
  func write() throws(LinkError) { try call { c throws(MQTTError) in try c.write() } }
  func keepAlive() throws(LinkError) { try call { c throws(MQTTError) in try c.keepAlive() } }
  func disconnect() throws(LinkError) { try call { c throws(MQTTError) in try c.disconnect() } }

  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32 {
    var id: Int32 = 0
    try call { c throws(MQTTError) in
      id = try c.publish(
        topic, payload, qos: atLeastOnce ? .atLeastOnce : .atMostOnce, retain: retain)
    }
    return id
  }

  func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool)
    throws(LinkError) -> Int32
  {
    var id: Int32 = 0
    try call { c throws(MQTTError) in
      id = try c.publish(
        reply.topic, payload, qos: atLeastOnce ? .atLeastOnce : .atMostOnce,
        request: RequestProperties(correlationData: reply.correlation))
    }
    return id
  }

  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32 {
    var id: Int32 = 0
    try call { c throws(MQTTError) in
      id = try c.subscribe(filters, qos: atLeastOnce ? .atLeastOnce : .atMostOnce)
    }
    return id
  }

  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32 {
    var id: Int32 = 0
    try call { c throws(MQTTError) in id = try c.unsubscribe(filters) }
    return id
  }

  func close() {
    connection?.close()
    connection = nil
  }

  private func call(_ body: (Connection) throws(MQTTError) -> Void) throws(LinkError) {
    guard let connection else { throw LinkError("not connected") }
    do throws(MQTTError) { try body(connection) } catch {
      throw LinkError(error.description, scope: Self.scope(of: error))
    }
  }

  private static func scope(of error: MQTTError) -> LinkError.Scope {
    error.isOversize ? .oversize : error.isOfConnection ? .connection : .call
  }

  func connection(_ connection: Connection, didConnect result: ConnectResult) {
    delegate.linkDidConnect(
      LinkWelcome(
        refusal: result.reasonCode == 0 ? nil : result.reason,
        isUnsupportedVersion: result.isUnsupportedProtocol,
        isLoginRefused: result.isLoginRefused, sessionPresent: result.sessionPresent,
        maximumPacketSize: result.maximumPacketSize,
        receiveMaximum: result.receiveMaximum == .max ? nil : Int(result.receiveMaximum)))
  }

  func connection(_ connection: Connection, didReceive message: Message) {
    delegate.linkDidReceive(
      Delivery(
        topic: message.topic, payload: message.payload, isAcknowledged: message.qos > 0,
        isReplay: message.retain,
        reply: message.responseTopic.map {
          ReplyAddress(topic: $0, correlation: message.correlationData)
        }))
  }

  func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {
    delegate.linkDidAcknowledge(id, reason: reasonCode)
  }

  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {
    delegate.linkDidSubscribe(id, granted: granted)
  }

  func connection(_ connection: Connection, didUnsubscribe id: Int32) {
    delegate.linkDidUnsubscribe(id)
  }

  /// MQTT 5, section 3.14.2.1: another client connected with our identifier.
  private static let sessionTakenOver: Int32 = 142

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {
    delegate.linkDidEnd(
      LinkEnd(
        reason: connection.failure?.description,
        isTakenOver: byBroker && reasonCode == Self.sessionTakenOver,
        isUnanswered: connection.isHungUpUnanswered))
  }
}
