import CMosquitto

/// What the broker answered to a CONNECT.
public struct ConnectResult: Sendable {
  /// 0 when the connection was accepted; else a reason code of MQTT 5 (section 3.2.2.2) or a return code of
  /// MQTT 3.1.1 (1 to 5).
  public let reasonCode: Int32
  /// Whether the broker goes on with the session it held for this client identifier.
  public let sessionPresent: Bool
  /// The largest packet, in bytes, that the broker takes (MQTT 5 section 3.2.2.3.6); nil when it set no limit.
  public let maximumPacketSize: Int?
  let protocolVersion: ProtocolVersion

  /// The reason code in words.
  public var reason: String {
    switch protocolVersion {
    case .v5: String(cString: mosquitto_reason_string(reasonCode))
    case .v311: String(cString: mosquitto_connack_string(reasonCode))
    }
  }

  /// Whether the broker refuses the login: a wrong user or password, or one who may not connect.
  public var isLoginRefused: Bool {
    switch protocolVersion {
    case .v5:
      [MQTT_RC_BAD_USERNAME_OR_PASSWORD, MQTT_RC_NOT_AUTHORIZED].contains {
        reasonCode == Int32($0.rawValue)
      }
    case .v311:
      [CONNACK_REFUSED_BAD_USERNAME_PASSWORD, CONNACK_REFUSED_NOT_AUTHORIZED].contains {
        reasonCode == Int32($0.rawValue)
      }
    }
  }

  /// Whether the broker does not speak the protocol version of this connection.
  public var isUnsupportedProtocol: Bool {
    switch protocolVersion {
    case .v5: reasonCode == Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue)
    case .v311: reasonCode == Int32(CONNACK_REFUSED_PROTOCOL_VERSION.rawValue)
    }
  }
}

/// A message as it came in. Its bytes belong to libmosquitto and are valid only for the call that hands them over.
public struct Message {
  /// libmosquitto's list of the message's properties; `nil`: none, as always with MQTT 3.1.1.
  let properties: OpaquePointer?
  public let topic: UnsafeRawBufferPointer
  public let payload: UnsafeRawBufferPointer
  public let qos: Int32
  /// Set on a retained message sent because of a subscription, and on no other.
  public let retain: Bool
  /// The packet identifier; 0 at QoS 0.
  public let id: Int32
}

/// Hears what happens on a connection, inside `read`, `write` and `keepAlive` and on their caller's thread.
///
/// Except in `didDisconnect`, libmosquitto holds a lock meanwhile: publishing and subscribing are allowed (they only
/// queue), reading, writing and `keepAlive` are not.
public protocol ConnectionDelegate: AnyObject {
  /// The broker answered the CONNECT. After a refusal `didDisconnect` follows.
  func connection(_ connection: Connection, didConnect result: ConnectResult)

  /// A message came in. At QoS 1 its PUBACK is queued and leaves with the next `write`.
  func connection(_ connection: Connection, didReceive message: Message)

  /// An own publish is done: at QoS 1 the broker's PUBACK with its reason code came in, at QoS 0 it was written.
  func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32)

  /// The broker answered a SUBSCRIBE: a granted QoS, or a failure of 128 or more, for each of its filters.
  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32])

  /// The connection is over; called once, and only after `connect` returned.
  ///
  /// `reasonCode` is that of the broker's DISCONNECT (MQTT 5 section 3.14.2.1, 142 for a session taken over) when
  /// `byBroker`, else a `MOSQ_ERR_` code, 0 after an own `disconnect`. `connection.failure` has the words.
  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool)
}

extension ConnectionDelegate {
  public func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {}
  public func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {}
}
