import CMosquitto
import Glibc

/// MQTT 5's request and response (sections 3.3.2.3.5, 3.3.2.3.6 and 4.10).
extension Message {
  /// Where the sender wants its answer; `nil`: it asks for none.
  public var responseTopic: [UInt8]? {
    guard properties != nil else { return nil }
    var text: UnsafeMutablePointer<CChar>?
    mosquitto_property_read_string(
      properties, Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue), &text, false)
    defer { free(text) }
    return text.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }

  /// What the sender knows its answer by.
  public var correlationData: [UInt8]? {
    guard properties != nil else { return nil }
    var bytes: UnsafeMutableRawPointer?
    var count: UInt16 = 0
    mosquitto_property_read_binary(
      properties, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), &bytes, &count, false)
    defer { free(bytes) }
    return bytes.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(count))) }
  }
}

/// What a message says of the answer to it, on its way out.
public struct RequestProperties: Equatable, Sendable {
  public var responseTopic: String?
  public var correlationData: [UInt8]?

  public init(responseTopic: String? = nil, correlationData: [UInt8]? = nil) {
    self.responseTopic = responseTopic
    self.correlationData = correlationData
  }

  /// What they take in a packet: an identifier, two bytes of length and the bytes, each.
  var byteCount: Int {
    (responseTopic.map { $0.utf8.count + 3 } ?? 0) + (correlationData.map { $0.count + 3 } ?? 0)
  }

  /// A list of libmosquitto's, which the caller frees.
  ///
  /// Throws when a property is too long, or no text that MQTT allows. Only the message is refused then.
  func makeList() throws(MQTTError) -> OpaquePointer? {
    var list: OpaquePointer?
    let code = fill(&list)
    guard code != MOSQ_ERR_SUCCESS.code else { return list }
    mosquitto_property_free_all(&list)
    throw MQTTError(queueing: "mosquitto_property_add", code: code)
  }

  private func fill(_ list: inout OpaquePointer?) -> Int32 {
    if let responseTopic {
      // The library would cut it there.
      guard !responseTopic.utf8.contains(0) else { return MOSQ_ERR_INVAL.code }
      let code = mosquitto_property_add_string(
        &list, Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue), responseTopic)
      guard code == MOSQ_ERR_SUCCESS.code else { return code }
    }
    guard let correlationData else { return MOSQ_ERR_SUCCESS.code }
    guard let count = UInt16(exactly: correlationData.count) else { return MOSQ_ERR_INVAL.code }
    return mosquitto_property_add_binary(
      &list, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), correlationData, count)
  }
}
