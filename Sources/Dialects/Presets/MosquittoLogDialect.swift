import Presence

/// Mosquitto with `log_dest topic`: the lines of `$SYS/broker/log/N` that begin and end a connection.
///
/// A client that takes over its own session gets no ending, only a second beginning, and so stays. A connection under
/// a name that an id could imitate is refused and counted: see ``MosquittoLine``. Lines of the log are not retained, so
/// who is connected already is known from its next connection on.
struct MosquittoLogDialect: Dialect {
  /// Mosquitto cuts a line at 999 bytes.
  static let maxLine = 999

  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "mosquitto-log")
  private var owners = ConnectionOwners()
  var limited: UInt64 { owners.limited }

  init(prefix: String?) {
    topics = [DialectTopic(pattern: "\(prefix ?? "$SYS/broker/log")/N")]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay else { return }
    guard message.payload.count < Self.maxLine else {
      return listener.isInvalid("a line that was cut off")
    }
    switch MosquittoLine(message.payload) {
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
