import CMosquitto
import Glibc

/// The way from libmosquitto's callbacks to the delegate.
extension Connection {
  func setCallbacks(of handle: OpaquePointer) {
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
    mosquitto_unsubscribe_callback_set(handle) { _, context, id in
      Connection.from(context)?.didUnsubscribe(id)
    }
    setLogCallback(of: handle)
  }

  /// Only until the broker has accepted: with a log callback the library formats a line for each packet.
  func setLogCallback(of handle: OpaquePointer) {
    mosquitto_log_callback_set(handle) { _, context, level, text in
      if let text { Connection.from(context)?.log.add(level, text) }
    }
  }

  /// Nil after `close`: the library may go on through what it had begun to read. Unretained, as in init: whoever
  /// calls into the library keeps self alive meanwhile.
  private static func from(_ context: UnsafeMutableRawPointer?) -> Connection? {
    guard let context else { return nil }
    let connection = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
    connection.hasCalledBack = true
    return connection.phase == .ended ? nil : connection
  }

  func didConnect(_ code: Int32, _ flags: Int32, _ properties: OpaquePointer?) {
    // The library takes any number of them.
    guard phase == .awaitingConnack, refusal == nil else {
      violation = "the broker has sent a second CONNACK"
      return
    }
    let result = ConnectResult(
      code, flags, properties, protocolVersion: options.protocolVersion)
    maximumPacketSize = result.maximumPacketSize
    serverKeepAlive = result.serverKeepAlive
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

  private func didUnsubscribe(_ id: Int32) {
    delegate?.connection(self, didUnsubscribe: id)
  }

  /// The library may say it twice; the first one has the reason.
  private func didDisconnect(_ code: Int32, _ errorNumber: Int32) {
    if end == nil { end = End(code: code, errorNumber: errorNumber) }
  }
}
