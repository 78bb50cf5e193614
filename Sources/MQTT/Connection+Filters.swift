import CMosquitto
import Glibc

/// Subscribing and unsubscribing, and the DISCONNECT. All of it is only queued; `write` sends it.
extension Connection {
  /// Subscribes to filters in one SUBSCRIBE and returns its packet identifier, which `didSubscribe` names.
  ///
  /// Throws when there is no filter, when one is refused, or when all together are larger than the broker takes
  /// (`MQTTError.isOversize`). Nothing is subscribed to then, the error names the filter, and the connection goes on,
  /// unless `MQTTError.isOfConnection`.
  @discardableResult
  public func subscribe(_ filters: [String], qos: QoS) throws(MQTTError) -> Int32 {
    try request("mosquitto_subscribe_multiple", filters, optionBytes: 1) { handle, id, filters in
      mosquitto_subscribe_multiple(
        handle, &id, Int32(filters.count), filters.baseAddress, qos.rawValue, 0, nil)
    }
  }

  /// Unsubscribes from filters in one UNSUBSCRIBE and returns its packet identifier, which `didUnsubscribe` names.
  ///
  /// Throws as `subscribe` does.
  @discardableResult
  public func unsubscribe(_ filters: [String]) throws(MQTTError) -> Int32 {
    try request("mosquitto_unsubscribe_multiple", filters, optionBytes: 0) { handle, id, filters in
      mosquitto_unsubscribe_multiple(handle, &id, Int32(filters.count), filters.baseAddress, nil)
    }
  }

  /// Queues a DISCONNECT behind everything else; `write` sends it and ends the connection, the will unpublished.
  /// From here on only `write`: libmosquitto takes any message that still comes in for a protocol error.
  public func disconnect() throws(MQTTError) {
    try requireOpen("mosquitto_disconnect")
    isLeaving = true
    try Self.check("mosquitto_disconnect", mosquitto_disconnect(handle))
  }

  private func request(
    _ call: String, _ filters: [String], optionBytes: Int,
    _ body: (OpaquePointer, inout Int32, UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) throws(MQTTError) -> Int32 {
    guard let handle else {
      throw MQTTError(queueing: call, code: MOSQ_ERR_NO_CONN.code)
    }
    guard !filters.isEmpty else { throw MQTTError(queueing: call, code: MOSQ_ERR_INVAL.code) }
    for filter in filters { try Self.validate(filter, call) }
    // Packet identifier, no properties, and each filter with its length (MQTT 5 section 3.8).
    let remaining = filters.reduce(3) { $0 + 2 + $1.utf8.count + optionBytes }
    guard fits(remaining) else {
      throw MQTTError(queueing: call, code: MOSQ_ERR_OVERSIZE_PACKET.code)
    }
    var id: Int32 = 0
    let code = Self.withCStrings(filters) { body(handle, &id, $0) }
    guard code == MOSQ_ERR_SUCCESS.code else { throw MQTTError(queueing: call, code: code) }
    return id
  }

  /// The library takes an empty filter, over which a broker ends the connection, and cuts one at a NUL byte.
  private static func validate(_ filter: String, _ call: String) throws(MQTTError) {
    let bytes = filter.utf8.count
    let code =
      bytes == 0 || filter.utf8.contains(0)
      ? MOSQ_ERR_INVAL.code
      : mosquitto_validate_utf8(filter, Int32(clamping: bytes)) != 0
        ? MOSQ_ERR_MALFORMED_UTF8.code : mosquitto_sub_topic_check(filter)
    guard code == MOSQ_ERR_SUCCESS.code else {
      throw MQTTError(queueing: call, code: code, subject: filter)
    }
  }

  private static func withCStrings(
    _ strings: [String], _ body: (UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return copies.withUnsafeBufferPointer(body)
  }
}
