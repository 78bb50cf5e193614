import CMosquitto
import Glibc

/// How a connection ends: whatever the library's call and callbacks say becomes one `didDisconnect` and one error.
extension Connection {
  /// The MQTT 5 reason codes from here on are failures; libmosquitto's own codes are far below.
  private static let firstFailureReason: Int32 = 0x80

  /// Runs one of libmosquitto's loop functions and settles what came of it.
  func loop(_ call: String, _ body: (OpaquePointer) -> Int32) throws(MQTTError) {
    let wasConnected = phase == .connected
    // The delegate may let go of the connection in a callback, of which the library is not done yet.
    let (code, errorNumber) = withExtendedLifetime(self) { (body(handle), errno) }
    if phase == .connected, !wasConnected { mosquitto_log_callback_set(handle, nil) }
    guard code != MOSQ_ERR_SUCCESS.code || end != nil else { return }
    try finish(call, end?.code ?? code, end?.errorNumber ?? errorNumber)
  }

  /// Ends the connection. Throws `failure`, unless a DISCONNECT of either side ended it.
  func finish(_ call: String, _ code: Int32, _ errorNumber: Int32) throws(MQTTError) {
    guard phase != .ended else { return }
    let (error, byBroker) = explain(call, code, errorNumber)
    isHungUpUnanswered =
      phase == .awaitingConnack && refusal == nil && Self.isHangUp(code, errorNumber)
    phase = .ended
    failure = error
    delegate?.connection(self, didDisconnect: error?.code ?? 0, byBroker: byBroker)
    if let error, !byBroker { throw error }
  }

  /// Whether the other end closed the connection, and nothing else failed: no TLS, and no keep-alive.
  private static func isHangUp(_ code: Int32, _ errorNumber: Int32) -> Bool {
    code == MOSQ_ERR_CONN_LOST.code
      || code == MOSQ_ERR_ERRNO.code && [0, ECONNRESET, EPIPE].contains(errorNumber)
  }

  private func explain(
    _ call: String, _ code: Int32, _ errorNumber: Int32
  ) -> (MQTTError?, byBroker: Bool) {
    if let refusal {
      let code = MOSQ_ERR_CONN_REFUSED.code
      return (MQTTError(call: "CONNACK", code: code, detail: refusal.reason), false)
    }
    if code >= Self.firstFailureReason {
      let detail = String(cString: mosquitto_reason_string(code))
      return (MQTTError(call: "DISCONNECT", code: code, detail: detail), true)
    }
    if code == MOSQ_ERR_SUCCESS.code { return (nil, false) }
    if code == MOSQ_ERR_KEEPALIVE.code, phase != .connected {
      let detail = "no answer from the broker within \(options.keepAlive.secondsRoundedUp) s"
      return (MQTTError(call: call, code: code, detail: detail), false)
    }
    let error = MQTTError(call: call, code: code, errorNumber: errorNumber)
    if phase == .awaitingConnack, errorNumber == EPROTO, tlsLog.isEmpty {
      tlsLog = ["hung up in the TLS handshake, as without a certificate that it asks for"]
    }
    return (withTLSDetail(error), false)
  }
}
