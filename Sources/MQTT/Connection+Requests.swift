import CMosquitto
import Glibc

/// What the caller asks of the broker. All of it is only queued; `write` sends it.
extension Connection {
  /// Publishes a message and returns its packet identifier, which `didAcknowledge` names.
  ///
  /// Throws when the message is refused, e.g. for a topic that cannot be published to, or because it is larger than
  /// the broker takes (`MQTTError.isOversize`). The connection goes on, unless `MQTTError.isOfConnection`.
  @discardableResult
  public func publish(
    _ topic: String, _ payload: UnsafeRawBufferPointer, qos: QoS, retain: Bool
  ) throws(MQTTError) -> Int32 {
    try enqueue(topic.utf8, payload, qos, retain).get()
  }

  /// Publishes to a topic given as the bytes of its UTF-8, without allocating for it.
  @discardableResult
  public func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, qos: QoS, retain: Bool
  ) throws(MQTTError) -> Int32 {
    try enqueue(topic, payload, qos, retain).get()
  }

  /// As above, for a payload in an array.
  @discardableResult
  public func publish(
    _ topic: String, _ payload: [UInt8], qos: QoS, retain: Bool
  ) throws(MQTTError) -> Int32 {
    try payload.withUnsafeBytes { enqueue(topic.utf8, $0, qos, retain) }.get()
  }

  /// As above, for a topic and a payload in arrays.
  @discardableResult
  public func publish(
    _ topic: [UInt8], _ payload: [UInt8], qos: QoS, retain: Bool
  ) throws(MQTTError) -> Int32 {
    try payload.withUnsafeBytes { enqueue(topic, $0, qos, retain) }.get()
  }

  /// Publishes a question or an answer; with MQTT 3.1.1 the properties are left out.
  @discardableResult
  public func publish(
    _ topic: [UInt8], _ payload: [UInt8], qos: QoS, request: RequestProperties
  ) throws(MQTTError) -> Int32 {
    guard options.protocolVersion == .v5 else {
      return try publish(topic, payload, qos: qos, retain: false)
    }
    var list = try request.makeList()
    defer { mosquitto_property_free_all(&list) }
    return try payload.withUnsafeBytes {
      enqueue(topic, $0, qos, false, properties: list, propertyBytes: request.byteCount)
    }.get()
  }

  /// The last step of every `publish`; a result, as the standard library's closures do not throw typed errors.
  private func enqueue(
    _ topic: some Collection<UInt8>, _ payload: UnsafeRawBufferPointer, _ qos: QoS, _ retain: Bool,
    properties: OpaquePointer? = nil, propertyBytes: Int = 0
  ) -> Result<Int32, MQTTError> {
    guard let handle else { return .failure(Self.refused(MOSQ_ERR_NO_CONN)) }
    guard fits(topic: topic.count, payload: payload.count, properties: propertyBytes, qos) else {
      return .failure(Self.refused(MOSQ_ERR_OVERSIZE_PACKET))
    }
    topicScratch.removeAll(keepingCapacity: true)
    for byte in topic {
      guard byte != 0 else { return .failure(Self.refused(MOSQ_ERR_INVAL)) }
      topicScratch.append(CChar(bitPattern: byte))
    }
    topicScratch.append(0)
    var id: Int32 = 0
    let code = mosquitto_publish_v5(
      handle, &id, topicScratch, Int32(clamping: payload.count), payload.baseAddress, qos.rawValue,
      retain, properties)
    guard code == MOSQ_ERR_SUCCESS.code else {
      return .failure(MQTTError(queueing: "mosquitto_publish", code: code))
    }
    return .success(id)
  }

  private static func refused(_ error: mosq_err_t) -> MQTTError {
    MQTTError(queueing: "mosquitto_publish", code: error.code)
  }

  /// libmosquitto 2.0.11 measures a packet short by one or two bytes: it sends one that the broker ends the connection
  /// for, and dereferences a null pointer over a QoS 1 publish that is one byte too long. So it is measured here
  /// (MQTT 5 sections 2.1 and 3.3).
  private func fits(topic: Int, payload: Int, properties: Int, _ qos: QoS) -> Bool {
    let identifier = qos == .atMostOnce ? 0 : 2
    return fits(2 + topic + identifier + Self.lengthBytes(properties) + properties + payload)
  }

  /// Whether the broker takes a packet with so many bytes after its fixed header.
  func fits(_ remaining: Int) -> Bool {
    guard let maximumPacketSize else { return true }
    return 1 + Self.lengthBytes(remaining) + remaining <= maximumPacketSize
  }

  /// What a length takes itself (MQTT 5 section 1.5.5).
  private static func lengthBytes(_ length: Int) -> Int {
    length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : 4
  }
}
