import CMosquitto
import Glibc

extension Connection {
  /// Begins to connect. It never waits for TCP, TLS or the broker; resolving a host name may take its time.
  ///
  /// Throws when the host cannot be resolved or reached at all, and when the TLS files are unusable. A `Connection`
  /// connects once.
  public func connect() throws(MQTTError) {
    precondition(phase == .idle, "a Connection connects once")
    try beginTCP(bindAddress: nil)
    phase = .connectingTCP
  }

  private func beginTCP(bindAddress: String?) throws(MQTTError) {
    errno = 0
    let code = mosquitto_connect_bind_async(
      handle, options.endpoint.host, Int32(clamping: options.endpoint.port),
      Int32(clamping: options.keepAlive.secondsRoundedUp), bindAddress)
    let errorNumber = errno
    earlyError = errorNumber
    guard code != MOSQ_ERR_SUCCESS.code else { return }
    throw withTLSDetail(
      MQTTError(call: "mosquitto_connect_bind_async", code: code, errorNumber: errorNumber))
  }

  /// Whether the TCP connection stands; throws when it failed.
  ///
  /// libmosquitto does not look: with TLS, 2.0.11 takes a refused connection for a handshake under way.
  func completeTCP() throws(MQTTError) -> Bool {
    let socket = mosquitto_socket(handle)
    var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 0) != 0 else { return false }
    // Who has sent something was there: what became of it since is for the library to read.
    let errorNumber = hasBytes ? 0 : Self.failure(of: socket, else: earlyError)
    if errorNumber == 0 {
      phase = .awaitingConnack
      return true
    }
    if retryWithIPv4(insteadOf: socket) { return false }
    try finish("connect", MOSQ_ERR_ERRNO.code, errorNumber)
    return false
  }

  /// Ends a connection that was reset during the TLS handshake, which libmosquitto 2.0.11 does not notice.
  func requireHandshakeAlive() throws(MQTTError) {
    guard phase == .awaitingConnack, options.endpoint.tls != nil, !hasBytes else { return }
    let errorNumber = Self.failure(of: mosquitto_socket(handle), else: ECONNRESET)
    if errorNumber != 0 { try finish("SSL_connect", MOSQ_ERR_ERRNO.code, errorNumber) }
  }

  /// A name often resolves to an IPv6 address first, "localhost" too, and a non-blocking connect of libmosquitto
  /// stays with the first address. Binding to the IPv4 wildcard makes it pass over the IPv6 ones.
  private func retryWithIPv4(insteadOf socket: Int32) -> Bool {
    guard !triedIPv4, Self.isIPv6(socket) else { return false }
    triedIPv4 = true
    return (try? beginTCP(bindAddress: "0.0.0.0")) != nil
  }

  /// The errno that a socket failed with, 0 while it is sound. OpenSSL may have taken the number out of the socket
  /// already: then it is `known`, what was seen at that time.
  private static func failure(of socket: Int32, else known: Int32) -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &value, &size)
    if value != 0 { return value }
    var peer = sockaddr_storage()
    size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &size) }
    }
    return code == 0 ? 0 : known != 0 ? known : errno
  }

  private static func isIPv6(_ socket: Int32) -> Bool {
    var family: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 && family == AF_INET6
  }

  /// libmosquitto says "A TLS error occurred"; what OpenSSL said it only logs.
  func withTLSDetail(_ error: MQTTError) -> MQTTError {
    guard !tlsLog.isEmpty else { return error }
    let detail = "\(error.detail) (\(tlsLog.joined(separator: "; ")))"
    return MQTTError(call: error.call, code: error.code, detail: detail)
  }
}
