import CMosquitto
import Glibc

/// Looks at the first packet in the socket, without taking it out. What comes through TLS cannot be looked at.
extension Connection {
  /// Whether the library may read; throws when it must not.
  func mayReadFirstPacket() throws(MQTTError) -> Bool {
    guard options.protocolVersion == .v5, options.endpoint.tls == nil else { return true }
    let socket = mosquitto_socket(handle)
    let bytes = Self.peek(socket)
    switch FirstPacket(bytes) {
    case .sound: return enough(on: socket)
    case .olderVersion:
      try refuseVersion()
      return false
    case .malformed(let reason):
      try finish(
        MQTTError(
          call: "CONNACK", code: MOSQ_ERR_MALFORMED_PACKET.code,
          detail: "malformed: \(reason)"))
      return false
    case .incomplete(let count):
      // The rest never comes from who has hung up: that is for the library to find.
      if hasHungUp() { return enough(on: socket) }
      awaitsRest = true
      Self.wait(for: count, on: socket)
      return false
    }
  }

  /// Ends the connection as where the broker says that it does not speak MQTT 5.
  func refuseVersion() throws(MQTTError) {
    didConnect(Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue), 0, nil)
    try finish("CONNACK", MOSQ_ERR_CONN_REFUSED.code, 0)
  }

  private func enough(on socket: Int32) -> Bool {
    if awaitsRest { Self.wait(for: 1, on: socket) }
    awaitsRest = false
    return true
  }

  private static func peek(_ socket: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: FirstPacket.largest) { buffer, count in
      count = max(0, recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_PEEK | MSG_DONTWAIT)))
    }
  }

  /// Has poll(2) call the socket readable only once so many bytes are there (socket(7), `SO_RCVLOWAT`).
  private static func wait(for count: Int, on socket: Int32) {
    var value = Int32(clamping: count)
    setsockopt(
      socket, SOL_SOCKET, SO_RCVLOWAT, &value, socklen_t(MemoryLayout.size(ofValue: value)))
  }
}
