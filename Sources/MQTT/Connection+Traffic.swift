import CMosquitto
import Glibc

/// Bytes in and out.
extension Connection {
  /// Whether another `read` is worth its while. An end of the connection is not input: only poll tells it.
  ///
  /// Once connected, it is until a read has run into the empty socket, which libmosquitto leaves in errno: asking
  /// the socket itself would cost a system call a packet. It is asked only then, since the library leaves the same
  /// there when it has queued something to send and cannot wake the thread that it believes to be writing: after
  /// 278 such packets on Linux, every time. The socket is empty then where TLS has taken everything out of it already.
  /// So a read that has called back is never the last one.
  public var hasInput: Bool { phase == .connected ? !isDrained : hasBytes && !awaitsRest }

  /// Whether bytes wait in the socket.
  var hasBytes: Bool {
    guard let descriptor else { return false }
    var count: Int32 = 0
    return ioctl(descriptor, UInt(FIONREAD), &count) == 0 && count > 0
  }

  /// Takes in what has arrived: one packet, or as many as there are own QoS 1 messages in flight.
  ///
  /// Throws when the connection failed or was refused; not when either side ended it with a DISCONNECT.
  public func read() throws(MQTTError) {
    try requireOpen("mosquitto_loop_read")
    guard phase != .resolving else { return try endResolving() }
    if phase == .connectingTCP, try !completeTCP() { return }
    if phase == .awaitingConnack, try !mayReadFirstPacket() { return }
    try loop("mosquitto_loop_read") {
      errno = 0
      hasCalledBack = false
      let code = mosquitto_loop_read($0, 1)
      isDrained = errno == EAGAIN && !hasCalledBack && !hasBytes
      return code
    }
    if isDrained { acknowledgeSegments() }
    guard phase == .awaitingConnack else { return }
    // A TLS alert would be lost when writing to its sender failed; it is read in the next turn.
    if options.endpoint.tls == nil || !hasBytes { try flush() }
    try requireHandshakeAlive()
  }

  /// Has the kernel acknowledge what it received at once (tcp(7), `TCP_QUICKACK`, which does not last). A broker
  /// without TCP_NODELAY, as Mosquitto is by default, keeps its next small packet back until then: up to 40 ms.
  private func acknowledgeSegments() {
    guard let descriptor else { return }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sends what is queued, as far as the socket takes it: acknowledgements, publishes, subscriptions.
  ///
  /// Throws when the connection failed.
  public func write() throws(MQTTError) {
    try requireOpen("mosquitto_loop_write")
    guard phase != .resolving else { return }
    if phase == .connectingTCP, try !completeTCP() { return }
    // In 2.0.11 only mosquitto_loop_read moves a TLS handshake on.
    if phase == .awaitingConnack, options.endpoint.tls != nil { return try read() }
    try flush()
  }

  private func flush() throws(MQTTError) {
    guard phase != .ended else { return }
    if phase == .connected, hasHungUp() { return try readOn() }
    let hadSomething = wantsWrite
    try loop("mosquitto_loop_write") { mosquitto_loop_write($0, 1) }
    guard hadSomething, let handle else { return }
    isHalfWritten = mosquitto_want_write(handle)
    lastWritten = .now
  }

  /// A broker that ends the connection says why and closes its socket. The first write after that fails, whereupon the
  /// library closes ours without having read the reason. So it is looked for first, and then nothing more is written:
  /// what was received stays readable, also after a reset.
  func hasHungUp() -> Bool {
    guard !isHungUp else { return true }
    var entry = pollfd(fd: mosquitto_socket(handle), events: Self.peerClosed, revents: 0)
    // A reset and an error are told without being asked for.
    isHungUp = poll(&entry, 1, 0) > 0
    return isHungUp
  }

  /// poll(2)'s `POLLRDHUP`, which Swift's Glibc module leaves out.
  private static let peerClosed: Int16 = 0x2000

  /// One packet a call, so that whoever only writes comes to the end as well.
  private func readOn() throws(MQTTError) {
    try loop("mosquitto_loop_read") { mosquitto_loop_read($0, 1) }
  }
}
