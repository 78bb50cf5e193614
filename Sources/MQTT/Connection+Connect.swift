import CMosquitto
import Glibc

extension Connection {
  /// Begins to connect. It never waits for the name server, TCP, TLS or the broker.
  ///
  /// Throws when that cannot even begin, e.g. for want of descriptors. A `Connection` connects once.
  public func connect() throws(MQTTError) {
    precondition(phase == .idle, "a Connection connects once")
    try beginTCP(bindAddress: nil)
  }

  private func beginTCP(bindAddress: String?) throws(MQTTError) {
    guard let handle else { return }
    let call = ConnectCall(
      endpoint: options.endpoint, keepAlive: Int32(clamping: options.keepAlive.secondsRoundedUp),
      bindAddress: bindAddress)
    guard !call.isImmediate else { return try begun(call.run(on: handle)) }
    resolution = try Resolution(call, handle: handle)
    self.handle = nil
    resolvingBegan = .now
    phase = .resolving
  }

  /// Takes the handle back, when the name server has answered and all else has begun.
  func endResolving() throws(MQTTError) {
    guard let (handle, outcome) = resolution?.takeOutcome() else { return }
    self.handle = handle
    resolution = nil
    do throws(MQTTError) { try begun(outcome) } catch {
      guard let refused = refusedIPv6 else { return try finish(error) }
      try finish("connect", MOSQ_ERR_ERRNO.code, refused)
    }
  }

  /// Ends an attempt whose name nobody resolves: the resolver's own patience may be longer than ours, or endless.
  func limitResolving() throws(MQTTError) {
    guard ContinuousClock.now - resolvingBegan >= options.keepAlive else { return }
    let seconds = options.keepAlive.secondsRoundedUp
    try finish(
      MQTTError(
        call: "getaddrinfo", code: MOSQ_ERR_EAI.code,
        detail: "no answer from the name server within \(seconds) s"))
  }

  private func begun(_ outcome: ConnectCall.Outcome) throws(MQTTError) {
    guard let handle else { return }
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    setLogCallback(of: handle)
    log.add(outcome.log)
    earlyError = outcome.errorNumber
    guard outcome.code == MOSQ_ERR_SUCCESS.code else {
      throw withTLSDetail(
        MQTTError(
          call: "mosquitto_connect_bind_async", code: outcome.code,
          errorNumber: outcome.errorNumber))
    }
    phase = .connectingTCP
  }

  /// Whether the TCP connection stands; throws when it failed.
  ///
  /// libmosquitto does not look: with TLS, 2.0.11 takes a refused connection for a handshake under way.
  func completeTCP() throws(MQTTError) -> Bool {
    let socket = mosquitto_socket(handle)
    guard socket >= 0 else { throw MQTTError(system: "connect", errorNumber: EBADF) }
    var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 0) != 0 else { return false }
    // Who has sent something was there: what became of it since is for the library to read.
    let errorNumber = hasBytes ? 0 : Self.failure(of: socket, else: earlyError)
    if errorNumber == 0 {
      phase = .awaitingConnack
      return true
    }
    if retryWithIPv4(insteadOf: socket, errorNumber) { return false }
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
  private func retryWithIPv4(insteadOf socket: Int32, _ errorNumber: Int32) -> Bool {
    guard refusedIPv6 == nil, Self.isIPv6(socket) else { return false }
    refusedIPv6 = errorNumber
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

  /// libmosquitto says "A TLS error occurred", or since 2.0.21 that a system call failed; what OpenSSL said it only logs.
  func withTLSDetail(_ error: MQTTError) -> MQTTError {
    guard !log.reasons.isEmpty else { return error }
    let isTLS = options.endpoint.tls != nil && error.code == MOSQ_ERR_ERRNO.code
    let code = isTLS ? MOSQ_ERR_TLS.code : error.code
    let words = isTLS ? String(cString: mosquitto_strerror(code)) : error.detail
    let detail = "\(words) (\(log.reasons.joined(separator: "; ")))"
    return MQTTError(call: error.call, code: code, detail: detail)
  }
}
