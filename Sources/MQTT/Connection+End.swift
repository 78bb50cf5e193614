import CMosquitto
import Glibc

/// How a connection ends: whatever the library's call and callbacks say becomes one `didDisconnect` and one error.
extension Connection {
  /// The MQTT 5 reason codes from here on are failures; libmosquitto's own codes are far below.
  private static let firstFailureReason: Int32 = 0x80

  /// Runs one of libmosquitto's loop functions and settles what came of it.
  func loop(_ call: String, _ body: (OpaquePointer) -> Int32) throws(MQTTError) {
    guard let handle else { return }
    let wasConnected = phase == .connected
    isInLibrary = true
    // The delegate may let go of the connection in a callback, of which the library is not done yet.
    let (code, errorNumber) = withExtendedLifetime(self) { (body(handle), errno) }
    isInLibrary = false
    guard phase != .ended else { return destroy() }
    if phase == .connected, !wasConnected { mosquitto_log_callback_set(handle, nil) }
    if violation != nil { return try finish(call, MOSQ_ERR_PROTOCOL.code, 0) }
    if isNoAnswerOfMQTT5(code) { return try refuseVersion() }
    guard code != MOSQ_ERR_SUCCESS.code || end != nil else { return }
    // A DISCONNECT that was read is a success; its reason is only told to the callback.
    if code == MOSQ_ERR_SUCCESS.code, !isLeaving { end?.isByBroker = true }
    try finish(call, end?.code ?? code, end?.errorNumber ?? errorNumber)
  }

  /// Ends the connection. Throws `failure`, unless a DISCONNECT of either side ended it.
  func finish(_ call: String, _ code: Int32, _ errorNumber: Int32) throws(MQTTError) {
    guard phase != .ended else { return }
    let (error, byBroker) = explain(call, code, errorNumber)
    isHungUpUnanswered =
      phase == .awaitingConnack && refusal == nil && violation == nil && log.reasons.isEmpty
      && Self.isHangUp(code, errorNumber)
    try finish(error, byBroker: byBroker)
  }

  func finish(_ error: MQTTError?, byBroker: Bool = false) throws(MQTTError) {
    guard phase != .ended else { return }
    phase = .ended
    failure = error
    destroy()
    delegate?.connection(self, didDisconnect: error?.code ?? 0, byBroker: byBroker)
    if let error, !byBroker { throw error }
  }

  /// Whether the answer to the CONNECT makes no sense in MQTT 5, as libmosquitto 2.0.21 says of one without properties.
  private func isNoAnswerOfMQTT5(_ code: Int32) -> Bool {
    phase == .awaitingConnack && options.protocolVersion == .v5 && refusal == nil
      && code == MOSQ_ERR_MALFORMED_PACKET.code
  }

  /// Whether the other end closed the connection, and nothing else failed: no TLS, and no keep-alive.
  private static func isHangUp(_ code: Int32, _ errorNumber: Int32) -> Bool {
    code == MOSQ_ERR_CONN_LOST.code
      || code == MOSQ_ERR_ERRNO.code && [0, ECONNRESET, EPIPE].contains(errorNumber)
  }

  private static func words(ofDisconnect reason: Int32) -> String {
    reason == 0
      ? "the broker closed the connection" : String(cString: mosquitto_reason_string(reason))
  }

  private func explain(
    _ call: String, _ code: Int32, _ errorNumber: Int32
  ) -> (MQTTError?, byBroker: Bool) {
    if let refusal {
      let code = MOSQ_ERR_CONN_REFUSED.code
      return (MQTTError(call: "CONNACK", code: code, detail: refusal.reason), false)
    }
    if let violation { return (MQTTError(call: call, code: code, detail: violation), false) }
    if end?.isByBroker == true || code >= Self.firstFailureReason {
      return (
        MQTTError(call: "DISCONNECT", code: code, detail: Self.words(ofDisconnect: code)), true
      )
    }
    if code == MOSQ_ERR_SUCCESS.code { return (nil, false) }
    if code == MOSQ_ERR_KEEPALIVE.code, phase != .connected {
      let detail = "no answer from the broker within \(options.keepAlive.secondsRoundedUp) s"
      return (MQTTError(call: call, code: code, detail: detail), false)
    }
    let error = MQTTError(call: call, code: code, errorNumber: errorNumber)
    if phase == .awaitingConnack, errorNumber == EPROTO, log.reasons.isEmpty {
      log.add(["hung up in the TLS handshake, as without a certificate that it asks for"])
    }
    return (withTLSDetail(error), false)
  }
}
