import CMosquitto
import Glibc

/// The way from libmosquitto's callbacks to the delegate.
extension Connection {
  func setCallbacks() {
    mosquitto_connect_v5_callback_set(handle) { _, context, code, flags, properties in
      Connection.from(context)?.didConnect(code, flags, properties)
    }
    mosquitto_disconnect_v5_callback_set(handle) { _, context, code, _ in
      Connection.from(context)?.didDisconnect(code, errno)
    }
    mosquitto_message_v5_callback_set(handle) { _, context, message, properties in
      if let message { Connection.from(context)?.didReceive(message.pointee, properties) }
    }
    mosquitto_publish_v5_callback_set(handle) { _, context, id, code, _ in
      Connection.from(context)?.didAcknowledge(id, code)
    }
    mosquitto_subscribe_callback_set(handle) { _, context, id, count, granted in
      let granted = UnsafeBufferPointer(start: granted, count: Int(count))
      Connection.from(context)?.didSubscribe(id, Array(granted))
    }
    // Only until the broker has accepted: with a log callback the library formats a line for each packet.
    mosquitto_log_callback_set(handle) { _, context, level, text in
      if let text { Connection.from(context)?.didLog(level, text) }
    }
  }

  /// Unretained, as in init: whoever calls into the library keeps self alive meanwhile.
  private static func from(_ context: UnsafeMutableRawPointer?) -> Connection? {
    context.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }

  private func didConnect(_ code: Int32, _ flags: Int32, _ properties: OpaquePointer?) {
    var size: UInt32 = 0
    mosquitto_property_read_int32(
      properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), &size, false)
    maximumPacketSize = size > 0 ? Int(size) : nil
    let result = ConnectResult(
      reasonCode: code, sessionPresent: flags & 1 != 0, maximumPacketSize: maximumPacketSize,
      protocolVersion: options.protocolVersion)
    if code == 0 { phase = .connected } else { refusal = result }
    delegate?.connection(self, didConnect: result)
  }

  private func didReceive(_ message: mosquitto_message, _ properties: OpaquePointer?) {
    guard let topic = message.topic else { return }
    delegate?.connection(
      self,
      didReceive: Message(
        properties: properties,
        topic: UnsafeRawBufferPointer(start: topic, count: strlen(topic)),
        payload: UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen)),
        qos: message.qos, retain: message.retain, id: message.mid))
  }

  private func didAcknowledge(_ id: Int32, _ code: Int32) {
    delegate?.connection(self, didAcknowledge: id, reasonCode: code)
  }

  private func didSubscribe(_ id: Int32, _ granted: [Int32]) {
    delegate?.connection(self, didSubscribe: id, granted: granted)
  }

  /// The library may say it twice; the first one has the reason.
  private func didDisconnect(_ code: Int32, _ errorNumber: Int32) {
    if end == nil { end = End(code: code, errorNumber: errorNumber) }
  }

  private func didLog(_ level: Int32, _ text: UnsafePointer<CChar>) {
    guard level == MOSQ_LOG_ERR else { return }
    // OpenSSL's "error:0A000086:SSL routines::certificate verify failed" says it in its last part.
    let words = String(cString: text).split(separator: ":").last ?? ""
    tlsLog.append(String(words.drop(while: { $0 == " " })))
  }
}
