import CMosquitto
import Glibc
import Synchronization

/// `mosquitto_connect_bind_async` with its arguments: it resolves the host, begins the TCP connection, reads the TLS
/// files and queues the CONNECT. It waits for nothing but the name server.
struct ConnectCall: Sendable {
  var endpoint: Endpoint
  var keepAlive: Int32
  /// The address to connect from; nil lets the system choose.
  var bindAddress: String?

  struct Outcome: Sendable {
    var code: Int32
    var errorNumber: Int32
    /// What the library logged meanwhile: the reasons of TLS.
    var log: [String]
  }

  /// Whether it returns at once. With TLS it reads files and sets up what the library's connections share.
  var isImmediate: Bool { endpoint.tls == nil && endpoint.hasNumericHost }

  /// Makes the call. It replaces the handle's user data and log callback.
  func run(on handle: OpaquePointer) -> Outcome {
    let log = LibraryLog()
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(log).toOpaque())
    mosquitto_log_callback_set(handle) { _, context, level, text in
      guard let context, let text else { return }
      Unmanaged<LibraryLog>.fromOpaque(context).takeUnretainedValue().add(level, text)
    }
    let (code, errorNumber) = TLSSetup.serialise(endpoint.tls != nil) { connect(handle) }
    mosquitto_log_callback_set(handle, nil)
    return Outcome(code: code, errorNumber: errorNumber, log: log.reasons)
  }

  private func connect(_ handle: OpaquePointer) -> (code: Int32, errorNumber: Int32) {
    errno = 0
    let code = mosquitto_connect_bind_async(
      handle, endpoint.host, Int32(clamping: endpoint.port), keepAlive, bindAddress)
    return (code, errno)
  }
}

extension Endpoint {
  /// Whether the host is an address, for which nobody has to be asked.
  var hasNumericHost: Bool {
    var (four, six) = (in_addr(), in6_addr())
    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
  }
}

/// The library sets up OpenSSL with the first TLS connection, and does not lock meanwhile.
private enum TLSSetup {
  private static let lock = Mutex(())
  private static let isDone = Atomic(false)

  static func serialise(
    _ usesTLS: Bool, _ body: () -> (code: Int32, errorNumber: Int32)
  ) -> (code: Int32, errorNumber: Int32) {
    guard usesTLS, !isDone.load(ordering: .acquiring) else { return body() }
    return lock.withLock { _ in
      let result = body()
      if result.code == MOSQ_ERR_SUCCESS.code { isDone.store(true, ordering: .releasing) }
      return result
    }
  }
}

/// What the library logs as an error: with TLS its code says only that TLS failed.
final class LibraryLog {
  private(set) var reasons: [String] = []

  func add(_ more: [String]) { reasons += more }

  func add(_ level: Int32, _ text: UnsafePointer<CChar>) {
    guard level == MOSQ_LOG_ERR else { return }
    // OpenSSL's "error:0A000086:SSL routines::certificate verify failed" says it in its last part.
    let words = String(cString: text).split(separator: ":").last ?? ""
    reasons.append(String(words.drop(while: { $0 == " " })))
  }
}
