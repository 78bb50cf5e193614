import CMosquitto
import Glibc

/// A failed call, by name, with the library's code and its meaning in words.
public struct MQTTError: Error, Equatable, CustomStringConvertible {
  /// The function that failed, of libmosquitto or of the system.
  public let call: String
  /// A `MOSQ_ERR_` code; for the broker's own `DISCONNECT` its MQTT 5 reason code.
  public let code: Int32
  /// What went wrong, in words.
  public let detail: String
  /// Whether the connection is over. Else only the call failed, and the connection goes on: a message or a filter
  /// that the library refuses.
  public let isOfConnection: Bool

  public init(call: String, code: Int32, detail: String, isOfConnection: Bool = true) {
    self.call = call
    self.code = code
    self.detail = detail
    self.isOfConnection = isOfConnection
  }

  /// `errorNumber` is the errno left by the call: `MOSQ_ERR_ERRNO` and `MOSQ_ERR_EAI` keep their reason there.
  init(call: String, code: Int32, errorNumber: Int32) {
    self.init(call: call, code: code, detail: Self.words(code, errorNumber))
  }

  /// A failed system call.
  init(system call: String, errorNumber: Int32) {
    self.init(call: call, code: MOSQ_ERR_ERRNO.code, errorNumber: errorNumber)
  }

  /// A call that only queues something. The library has then looked at nothing but its arguments, and at whether
  /// there is a socket: whatever else it says is about this call alone.
  ///
  /// `subject`: the filter or topic that was refused, where it is worth naming.
  init(queueing call: String, code: Int32, subject: String? = nil) {
    let words = Self.words(code, 0)
    self.init(
      call: call, code: code, detail: subject.map { "\(words): '\($0)'" } ?? words,
      isOfConnection: [MOSQ_ERR_NO_CONN.code, MOSQ_ERR_CONN_LOST.code].contains(code))
  }

  public var description: String { "\(call): \(detail)" }

  private static func words(_ code: Int32, _ errorNumber: Int32) -> String {
    switch code {
    case MOSQ_ERR_ERRNO.code where errorNumber != 0: String(cString: strerror(errorNumber))
    case MOSQ_ERR_ERRNO.code: String(cString: mosquitto_strerror(MOSQ_ERR_CONN_LOST.code))
    case MOSQ_ERR_EAI.code: String(cString: gai_strerror(errorNumber))
    default: String(cString: mosquitto_strerror(code))
    }
  }
}

extension MQTTError {
  /// Whether a publish or a subscription was larger than the broker takes.
  public var isOversize: Bool { code == MOSQ_ERR_OVERSIZE_PACKET.code }
}

extension mosq_err_t {
  var code: Int32 { Int32(rawValue) }
}
