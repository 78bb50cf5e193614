import CMosquitto
import Glibc

/// The keep-alive (MQTT 5 section 3.1.2.10).
extension Connection {
  /// Sends a PINGREQ when one is due and ends the connection when the broker is silent; call it about once a second.
  ///
  /// Throws when the connection failed.
  public func keepAlive() throws(MQTTError) {
    try requireOpen("mosquitto_loop_misc")
    guard phase != .resolving else { return try limitResolving() }
    try loop("mosquitto_loop_misc") { mosquitto_loop_misc($0) }
    if phase == .awaitingConnack { try read() }
    if phase == .connected { pingPastQueue() }
  }

  /// The library queues its PINGREQ behind acknowledgements that the caller withholds, for as long as a commit takes.
  /// The broker would take that for a dead client. So one goes past the queue, where nothing of the queue is half
  /// written. What comes through TLS cannot be overtaken.
  private func pingPastQueue() {
    guard let handle, options.endpoint.tls == nil, !isHalfWritten, mosquitto_want_write(handle),
      ContinuousClock.now - lastWritten >= pingInterval
    else { return }
    let socket = mosquitto_socket(handle)
    // An empty buffer takes both bytes or none.
    var unsent: Int32 = 0
    guard ioctl(socket, UInt(TIOCOUTQ), &unsent) == 0, unsent == 0 else { return }
    let packet: [UInt8] = [0xc0, 0]
    // Where it fails, the next read or write tells why.
    if send(socket, packet, packet.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)) > 0 {
      lastWritten = .now
    }
  }

  /// The broker gives up after one and a half keep-alives, its own where it wants another.
  private var pingInterval: Duration {
    let wanted = serverKeepAlive ?? options.keepAlive
    return (wanted == .zero ? options.keepAlive : wanted) / 2
  }
}
