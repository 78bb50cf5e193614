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

  /// The library's handle; nil once the connection has ended or was given up.
  var handle: OpaquePointer?
  let options: ConnectionOptions
  weak var delegate: (any ConnectionDelegate)?

  var phase = Phase.idle
  var refusal: ConnectResult?
  var maximumPacketSize: Int?
  var end: End?
  /// What the broker did that no broker may do, as the library lets it pass.
  var violation: String?
  /// Whether an own DISCONNECT is queued.
  var isLeaving = false
  /// Whether a function of the library runs that may call back.
  var isInLibrary = false
  let log = LibraryLog()
  /// The library's call that waits for the name server, and has the handle meanwhile.
  var resolution: Resolution?
  var resolvingBegan = ContinuousClock.now
  /// The errno of an IPv6 address that was tried in vain; IPv4 is tried since.
  var refusedIPv6: Int32?
  /// Whether the last read has run into the empty socket.
  var isDrained = false
  /// Whether the last read has told the delegate something.
  var hasCalledBack = false
  /// The keep-alive that the broker asked for.
  var serverKeepAlive: Duration?
  /// Whether the last write left something in the queue, perhaps a part of a packet.
  var isHalfWritten = false
  var lastWritten = ContinuousClock.now
  /// Whether only a part of the first packet is there.
  var awaitsRest = false
  /// Whether the broker has closed its side: what it said before is still to be read.
  var isHungUp = false
  var earlyError: Int32 = 0
  var topicScratch: [CChar] = []

  /// How far a connection has come.
  enum Phase {
    case idle
    case resolving
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
    /// A DISCONNECT of the broker.
    var isByBroker = false
  }

  /// Prepares a connection; nothing is sent before `connect`. The delegate is not retained.
  ///
  /// Throws when libmosquitto refuses an option, and when a TLS file cannot be read.
  public init(_ options: ConnectionOptions, delegate: any ConnectionDelegate) throws(MQTTError) {
    try options.validate()
    let handle = try Connection.makeHandle(options)
    self.handle = handle
    self.options = options
    self.delegate = delegate
    // Unretained: the handle is destroyed in deinit, and calls back only while a method of self runs.
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    setCallbacks(of: handle)
    try configure(handle)
  }

  /// As `close`.
  deinit { destroy() }

  /// Gives the connection up: closes the socket at once and without a DISCONNECT, so that the broker publishes the
  /// will. The delegate hears no more of it.
  ///
  /// Within a callback the library is still at work; the socket is closed when that call returns to this class.
  public func close() {
    phase = .ended
    if !isInLibrary { destroy() }
  }

  /// Frees the handle, and closes the socket if it is still open.
  func destroy() {
    resolution?.abandon()
    resolution = nil
    mosquitto_destroy(handle)
    handle = nil
  }

  /// What to poll: the socket, or while a name is resolved what tells the end of that; nil when there is none. It may
  /// change until the broker has accepted the connection.
  public var descriptor: Int32? {
    if let resolution { return resolution.descriptor }
    guard phase != .idle, phase != .ended else { return nil }
    let socket = mosquitto_socket(handle)
    return socket >= 0 ? socket : nil
  }

  /// Whether the connection has begun and not ended.
  public var isOpen: Bool { descriptor != nil }

  /// Whether to poll for writing: there is something to send, or a TCP connection to be completed.
  public var wantsWrite: Bool {
    switch phase {
    case .idle, .resolving, .ended: false
    case .connectingTCP: true
    // During a TLS handshake libmosquitto goes on wanting to write once it had to wait for the TCP
    // connection; believing it would spin against a server that is silent.
    case .awaitingConnack where options.endpoint.tls != nil: false
    case .awaitingConnack, .connected: handle.map(mosquitto_want_write) ?? false
    }
  }

  func requireOpen(_ call: String) throws(MQTTError) {
    guard phase != .idle, phase != .ended else {
      throw MQTTError(call: call, code: MOSQ_ERR_NO_CONN.code, errorNumber: 0)
    }
  }
}
