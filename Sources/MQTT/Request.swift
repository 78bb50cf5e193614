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
  func makeList() throws(MQTTError) -> OpaquePointer? {
    var list: OpaquePointer?
    if let responseTopic {
      try Connection.check(
        "mosquitto_property_add_string",
        mosquitto_property_add_string(
          &list, Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue), responseTopic))
    }
    if let correlationData {
      try Connection.check(
        "mosquitto_property_add_binary",
        mosquitto_property_add_binary(
          &list, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), correlationData,
          UInt16(clamping: correlationData.count)))
    }
    return list
  }
}
