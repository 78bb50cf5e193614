import Presence
import Topics

/// AWS IoT: `$aws/events/presence/connected/ID` and `…/disconnected/ID`, not retained.
///
/// AWS documents that events may come out of order and twice. The `connected` and `disconnected` of a connection share
/// `versionNumber` and `sessionIdentifier`; a later connection has a higher number, except after about an hour's absence,
/// when it begins at 0 again. So an event belongs to another connection than the last one if its session differs, and to
/// a later one if its number is higher, if it is a beginning later than all that the last one said, or if it happened
/// long after. See ``AWSIoTSessions``. A `disconnected` because the same id connected again does not count: the client
/// is there. No keep-alive is told: the broker's word decides.
struct AWSIoTDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "aws-iot")
  private var sessions = AWSIoTSessions()

  init(prefix: String?) {
    let prefix = prefix ?? "$aws/events/presence"
    topics = [
      DialectTopic(pattern: "\(prefix)/connected/{client...}"),
      DialectTopic(pattern: "\(prefix)/disconnected/{client...}"),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay, let id = message.levels.first else { return }
    guard let members = JSONMembers(event: message.payload),
      members.string("clientId")?.elementsEqual(id) == true,
      let event = AWSIoTEvent(members, isEnd: topic == 1)
    else {
      return listener.isInvalid("an event without the clientId that its topic names, or not whole")
    }
    let client = ClientName.escaped(id)
    client.withUnsafeBytes { client in
      let standing = listener.standing(of: client, user: nil)
      guard sessions.take(event, of: Array(client), standing) else { return listener.isStale() }
      if event.isEnd {
        if !event.isTakeover { listener.hear(Saying(client, .offline(Death()))) }
      } else {
        let epoch = AWSIoTOrder(event).epoch
        listener.hear(Saying(client, .online(.connected(keepAlive: nil, epoch: epoch))))
      }
    }
  }
}

/// What orders the events of one client.
struct AWSIoTEvent {
  var isEnd: Bool
  var version: Int64
  var session: [UInt8]
  /// Milliseconds since 1970, as AWS has them.
  var time: Int64
  var isTakeover = false
  /// A connection that was not allowed: it may never have been one.
  var isRefusal = false

  init?(_ members: JSONMembers, isEnd: Bool) {
    guard let version = members.integer("versionNumber"), (0..<1 << 53).contains(version),
      let session = members.string("sessionIdentifier"), (1...128).contains(session.count),
      let time = members.integer("timestamp"), (0..<1 << 53).contains(time),
      members.string("eventType")?.elementsEqual((isEnd ? "disconnected" : "connected").utf8)
        == true
    else { return nil }
    self.isEnd = isEnd
    self.version = version
    self.session = session
    self.time = time
    let reason = members.string("disconnectReason") ?? []
    reason.withUnsafeBytes {
      isTakeover = $0.reads("DUPLICATE_CLIENTID")
      isRefusal = $0.reads(["AUTH_ERROR", "FORBIDDEN_ACCESS"])
    }
  }
}
