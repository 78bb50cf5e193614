import CMosquitto

/// The MQTT version of one connection.
public enum ProtocolVersion: Sendable {
  /// MQTT 5.
  case v5
  /// MQTT 3.1.1.
  case v311
}

/// How surely a message is delivered (MQTT 5 section 4.3). Exactly once is not offered: libmosquitto hands an
/// incoming QoS 2 message over only after a PUBREL, which breaks the withholding of acknowledgements.
public enum QoS: Int32, Sendable {
  case atMostOnce = 0
  case atLeastOnce = 1
}

/// Encryption of a connection. The broker's certificate and host name are always verified.
public struct TLS: Sendable, Equatable {
  /// A PEM file of the certificate authorities to trust; nil trusts the system's.
  public var cafile: String?
  /// A PEM file with the client's certificate; needs `keyfile`.
  public var certfile: String?
  /// A PEM file with the client's private key, without a passphrase; needs `certfile`.
  public var keyfile: String?

  public init(cafile: String? = nil, certfile: String? = nil, keyfile: String? = nil) {
    self.cafile = cafile
    self.certfile = certfile
    self.keyfile = keyfile
  }
}

/// What the broker publishes when the connection ends without a DISCONNECT (MQTT 5 section 3.1.2.5).
public struct Will: Sendable {
  public var topic: String
  public var payload: [UInt8]
  public var qos: QoS
  public var retain: Bool

  public init(topic: String, payload: [UInt8], qos: QoS, retain: Bool) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
  }
}

/// Where a broker listens.
public struct Endpoint: Sendable, Equatable {
  /// A host name or an address. With `tls` it must be the name in the broker's certificate.
  public var host: String
  /// A TCP port, 1 to 65535.
  public var port: Int
  /// Nil speaks plain TCP.
  public var tls: TLS?

  public init(host: String, port: Int, tls: TLS? = nil) {
    self.host = host
    self.port = port
    self.tls = tls
  }
}

/// Everything a `Connection` says in its CONNECT packet, and where it says it.
public struct ConnectionOptions: Sendable {
  public var endpoint: Endpoint
  /// The client identifier; empty lets the broker choose one, which needs `cleanStart`.
  public var clientID: String
  public var protocolVersion: ProtocolVersion = .v5
  /// Discards the session that the broker may hold (MQTT 5 section 3.1.2.4, clean session in 3.1.1).
  public var cleanStart = true
  /// How long the broker keeps the session after the connection ends, in whole seconds on the wire, rounded up
  /// (MQTT 5 section 3.1.2.11.2). MQTT 3.1.1 has none: there the session stays unless `cleanStart`.
  public var sessionExpiry: Duration = .zero
  /// The longest silence between client and broker, 5 s to 65,535 s. It also limits how long a connection
  /// may take to be accepted.
  public var keepAlive: Duration = .seconds(15)
  public var username: String?
  public var password: String?
  public var will: Will?
  /// How many QoS 1 messages the broker may have unacknowledged (MQTT 5 section 3.1.2.11.3); not in 3.1.1.
  public var receiveMaximum: UInt16 = 65535

  public init(endpoint: Endpoint, clientID: String) {
    self.endpoint = endpoint
    self.clientID = clientID
  }
}

extension ConnectionOptions {
  /// What a CONNECT packet has room for in one field (MQTT 5 section 1.5.4).
  private static let longestField = 65_535

  /// The library cuts a text at a NUL byte and a length at 16 bits, and says nothing of either.
  func validate() throws(MQTTError) {
    let texts = [
      ("host", endpoint.host), ("client id", clientID), ("user name", username),
      ("password", password), ("will's topic", will?.topic),
    ]
    for (name, text) in texts {
      guard let text else { continue }
      if text.utf8.contains(0) { throw Self.refused("the \(name) has a NUL byte in it") }
      try Self.requireRoom(for: name, text.utf8.count)
    }
    if let will { try Self.requireRoom(for: "will", will.payload.count) }
    // The library says it without a reason.
    guard mosquitto_validate_utf8(clientID, Int32(clientID.utf8.count)) == MOSQ_ERR_SUCCESS.code
    else { throw Self.refused("the client id has a character that MQTT does not allow") }
  }

  private static func requireRoom(for name: String, _ bytes: Int) throws(MQTTError) {
    guard bytes > longestField else { return }
    throw refused("the \(name) has \(bytes) bytes, and MQTT takes \(longestField)")
  }

  private static func refused(_ reason: String) -> MQTTError {
    MQTTError(call: "CONNECT", code: MOSQ_ERR_INVAL.code, detail: reason)
  }
}

extension Duration {
  /// Whole seconds, rounded up.
  var secondsRoundedUp: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
