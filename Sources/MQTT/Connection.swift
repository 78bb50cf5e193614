import CMosquitto
import Glibc

/// One connection to a broker, from CONNECT to its end, driven by the caller's own loop and from one thread.
///
/// It is made afresh for each attempt: a libmosquitto handle that reconnects sends its old publishes again. The
/// library starts no thread. What it has to send, the PUBACKs of received messages included, stays queued until
/// `write`: so a caller that commits between `read` and `write` acknowledges only what is durable.
public final class Connection {
  /// Why the connection ended, when not by an own `disconnect`.
  public internal(set) var failure: MQTTError?

  /// Whether it ended because the server took the TCP connection and closed it before it had answered the CONNECT.
  public internal(set) var isHungUpUnanswered = false

  let handle: OpaquePointer
  let options: ConnectionOptions
  weak var delegate: (any ConnectionDelegate)?

  var phase = Phase.idle
  var refusal: ConnectResult?
  var maximumPacketSize: Int?
  var end: End?
  var tlsLog: [String] = []
  var triedIPv4 = false
  private var isDrained = false
  var earlyError: Int32 = 0
  var topicScratch: [CChar] = []

  /// How far a connection has come.
  enum Phase {
    case idle
    case connectingTCP
    /// From the TCP connection to the CONNACK, a TLS handshake included.
    case awaitingConnack
    case connected
    case ended
  }

  /// What libmosquitto's disconnect callback said.
  struct End {
    var code: Int32
    var errorNumber: Int32
  }

  /// Prepares a connection; nothing is sent before `connect`. The delegate is not retained.
  ///
  /// Throws when libmosquitto refuses an option, and when a TLS file cannot be read.
  public init(_ options: ConnectionOptions, delegate: any ConnectionDelegate) throws(MQTTError) {
    handle = try Connection.makeHandle(options)
    self.options = options
    self.delegate = delegate
    // Unretained: the handle is destroyed in deinit, and calls back only while a method of self runs.
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    setCallbacks()
    try configure()
  }

  /// Closes the socket if it is still open, without a DISCONNECT: the broker then publishes the will.
  deinit {
    mosquitto_destroy(handle)
  }

  /// The socket to poll, nil when there is none. It may change until the broker has accepted the connection.
  public var descriptor: Int32? {
    guard phase != .idle, phase != .ended else { return nil }
    let socket = mosquitto_socket(handle)
    return socket >= 0 ? socket : nil
  }

  /// Whether the connection has begun and not ended.
  public var isOpen: Bool { descriptor != nil }

  /// Whether to poll for writing: there is something to send, or a TCP connection to be completed.
  public var wantsWrite: Bool {
    switch phase {
    case .idle, .ended: false
    case .connectingTCP: true
    // During a TLS handshake libmosquitto goes on wanting to write once it had to wait for the TCP
    // connection; believing it would spin against a server that is silent.
    case .awaitingConnack where options.endpoint.tls != nil: false
    case .awaitingConnack, .connected: mosquitto_want_write(handle)
    }
  }

  /// Whether another `read` is worth its while. An end of the connection is not input: only poll tells it.
  ///
  /// Once connected, it is until a read has run into the empty socket, which libmosquitto leaves in errno: asking
  /// the socket itself would cost a system call a packet. It is asked only then, since the library leaves the same
  /// there when it has queued something to send and cannot wake the thread that it believes to be writing: after
  /// 278 such packets on Linux, every time.
  public var hasInput: Bool { phase == .connected ? !isDrained : hasBytes }

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
    if phase == .connectingTCP, try !completeTCP() { return }
    try loop("mosquitto_loop_read") {
      errno = 0
      let code = mosquitto_loop_read($0, 1)
      isDrained = errno == EAGAIN && !hasBytes
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
    if phase == .connectingTCP, try !completeTCP() { return }
    // In 2.0.11 only mosquitto_loop_read moves a TLS handshake on.
    if phase == .awaitingConnack, options.endpoint.tls != nil { return try read() }
    try flush()
  }

  /// Sends a PINGREQ when one is due and ends the connection when the broker is silent; call it about once a second.
  ///
  /// Throws when the connection failed.
  public func keepAlive() throws(MQTTError) {
    try requireOpen("mosquitto_loop_misc")
    try loop("mosquitto_loop_misc") { mosquitto_loop_misc($0) }
    if phase == .awaitingConnack { try read() }
  }

  private func flush() throws(MQTTError) {
    guard phase != .ended else { return }
    try loop("mosquitto_loop_write") { mosquitto_loop_write($0, 1) }
  }

  private func requireOpen(_ call: String) throws(MQTTError) {
    guard phase != .idle, phase != .ended else {
      throw MQTTError(call: call, code: MOSQ_ERR_NO_CONN.code, errorNumber: 0)
    }
  }
}
