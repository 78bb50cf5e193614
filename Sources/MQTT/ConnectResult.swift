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
  /// The highest QoS of a message that the broker takes (section 3.2.2.3.4). Above it, a publish is refused.
  public let maximumQoS: Int32
  /// Whether the broker retains messages (section 3.2.2.3.5). Else they are published unretained.
  public let isRetainAvailable: Bool
  /// Whether filters may have wildcards (section 3.2.2.3.11).
  public let isWildcardAvailable: Bool
  /// How many QoS 1 messages the broker takes at once (section 3.2.2.3.3); the rest waits in the library.
  public let receiveMaximum: UInt16
  /// How long the broker keeps the session, where that differs from what was asked (section 3.2.2.3.2).
  public let sessionExpiry: Duration?
  /// The keep-alive that the broker wants instead of ours (section 3.2.2.3.14); zero for none.
  public let serverKeepAlive: Duration?
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

extension ConnectResult {
  /// From what libmosquitto's callback is given. `properties` are nil with MQTT 3.1.1.
  init(
    _ reasonCode: Int32, _ flags: Int32, _ properties: OpaquePointer?,
    protocolVersion: ProtocolVersion
  ) {
    let found = ConnackProperties(list: properties)
    self.reasonCode = reasonCode
    sessionPresent = flags & 1 != 0
    maximumPacketSize = found.long(MQTT_PROP_MAXIMUM_PACKET_SIZE).map { Int($0) }
    maximumQoS = found.byte(MQTT_PROP_MAXIMUM_QOS).map { Int32($0) } ?? 2
    isRetainAvailable = found.byte(MQTT_PROP_RETAIN_AVAILABLE) != 0
    isWildcardAvailable = found.byte(MQTT_PROP_WILDCARD_SUB_AVAILABLE) != 0
    receiveMaximum = found.short(MQTT_PROP_RECEIVE_MAXIMUM) ?? .max
    sessionExpiry = found.long(MQTT_PROP_SESSION_EXPIRY_INTERVAL).map { .seconds($0) }
    serverKeepAlive = found.short(MQTT_PROP_SERVER_KEEP_ALIVE).map { .seconds($0) }
    self.protocolVersion = protocolVersion
  }
}

/// The numbers among a CONNACK's properties; nil for one that is not there.
private struct ConnackProperties {
  let list: OpaquePointer?

  func byte(_ id: mqtt5_property) -> UInt8? {
    var value: UInt8 = 0
    return mosquitto_property_read_byte(list, Int32(id.rawValue), &value, false).map { _ in value }
  }

  func short(_ id: mqtt5_property) -> UInt16? {
    var value: UInt16 = 0
    return mosquitto_property_read_int16(list, Int32(id.rawValue), &value, false).map { _ in value }
  }

  func long(_ id: mqtt5_property) -> UInt32? {
    var value: UInt32 = 0
    return mosquitto_property_read_int32(list, Int32(id.rawValue), &value, false).map { _ in value }
  }
}
