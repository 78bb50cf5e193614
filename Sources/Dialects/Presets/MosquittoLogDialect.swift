import Presence

/// Mosquitto with `log_dest topic`: the lines of `$SYS/broker/log/N` that begin and end a connection.
///
/// A client that takes over its own session gets no ending, only a second beginning, and so stays. A connection under
/// a name that an id could imitate is refused and counted: see ``MosquittoLine``. Lines of the log are not retained, so
/// who is connected already is known from its next connection on. Mosquitto 2.1 writes its lines in another form; which
/// it is follows from the retained `$SYS/broker/version`.
struct MosquittoLogDialect: Dialect {
  /// Mosquitto cuts a line at 999 bytes.
  static let maxLine = 999

  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "mosquitto-log")
  private var form = Form.unknown
  /// Lines that came before the broker's version, from the first one on that hangs on it.
  private var waiting: ContiguousArray<[UInt8]> = []
  private var waitingSince = Instant(nanoseconds: 0)
  private var owners = ConnectionOwners()
  var limited: UInt64 { owners.limited }

  init(prefix: String?) {
    let log = prefix ?? "$SYS/broker/log"
    var topics = [DialectTopic(pattern: "\(log)/N")]
    if log.hasSuffix("/log") {
      let version = "\(log.dropLast(3))version"
      topics.append(DialectTopic(pattern: version, isAtLeastOnce: false))
    }
    self.topics = topics
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    if topic == 1 { return readVersion(message.payload, listener) }
    guard !message.isReplay else { return }
    guard message.payload.count < Self.maxLine else {
      return listener.isInvalid("a line that was cut off")
    }
    if mustWait(message.payload) { return wait(message, listener) }
    take(message.payload, listener)
  }

  private mutating func take(_ line: UnsafeRawBufferPointer, _ listener: some DialectListener) {
    switch MosquittoLine(line, hasAddresses: form == .addressed) {
    case .connected(let id, let user, let keepAlive): connect(id, user, keepAlive, listener)
    case .ended(let id): end(id, listener)
    case .other: break
    case .ambiguous: listener.isInvalid("a line that an id could have imitated")
    }
  }

  private mutating func connect(
    _ id: [UInt8], _ user: [UInt8]?, _ keepAlive: Int64, _ listener: some DialectListener
  ) {
    let client = id.withUnsafeBytes { ClientName.escaped($0) }
    let user = user.flatMap { $0.isEmpty ? nil : $0.withUnsafeBytes { ClientName.escaped($0) } }
    for other in owners.connect(client, as: user, listener) {
      Saying.tell(client, other, .offline(Death()), listener)
    }
    Saying.tell(client, user, .online(.connected(keepAlive: keepAlive)), listener)
  }

  private mutating func end(_ id: [UInt8], _ listener: some DialectListener) {
    let client = id.withUnsafeBytes { ClientName.escaped($0) }
    for user in owners.disconnect(client, listener) {
      Saying.tell(client, user, .offline(Death()), listener)
    }
  }
}

/// Which lines the broker writes. What it kept for a bridge that was away comes before its version does.
extension MosquittoLogDialect {
  private enum Form {
    case unknown
    /// Until Mosquitto 2.0, and where the version cannot be read.
    case plain
    /// From 2.1 on, with the address behind the id.
    case addressed
  }

  private static let mostWaiting = 20_000
  private static let patience = Duration.seconds(10)

  /// `mosquitto version 2.1.2`
  private mutating func readVersion(
    _ payload: UnsafeRawBufferPointer, _ listener: some DialectListener
  ) {
    var text = MosquittoText(payload)
    guard text.take("mosquitto version "), let major = text.number(), text.take("."),
      let minor = text.number()
    else { return }
    decide((major, minor) >= (2, 1) ? .addressed : .plain, listener)
  }

  private func mustWait(_ line: UnsafeRawBufferPointer) -> Bool {
    guard form == .unknown else { return false }
    if !waiting.isEmpty { return true }
    guard MosquittoLine(line) == .ambiguous else { return false }
    if case .ended = MosquittoLine(line, hasAddresses: true) { return true }
    return false
  }

  private mutating func wait(_ message: DialectMessage, _ listener: some DialectListener) {
    if waiting.isEmpty { waitingSince = message.now.instant }
    waiting.append(Array(message.payload))
    let isOver = message.now.instant >= waitingSince + Self.patience
    if isOver || waiting.count >= Self.mostWaiting { decide(.plain, listener) }
  }

  private mutating func decide(_ form: Form, _ listener: some DialectListener) {
    self.form = form
    let lines = waiting
    waiting = []
    for line in lines { line.withUnsafeBytes { take($0, listener) } }
  }
}
