import Presence
import Topics

/// EMQX: `$SYS/brokers/NODE/clients/ID/connected` and `…/disconnected`, not retained.
///
/// A session that is taken over or discarded ends with a `disconnected` that says so: the client is connected elsewhere,
/// so it does not count. The nodes of a cluster can overtake each other, and their clocks differ: the session is the one
/// that was heard of last, named by its `connected_at`, which is the epoch and tells to which of two sessions a
/// `disconnected` belongs. See ``EMQXSessions``. An id may have slashes in it, so everything below `clients` is read,
/// and the topic has to agree with the payload.
struct EMQXDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "emqx")
  private var owners = ConnectionOwners()
  private var sessions = EMQXSessions()
  var limited: UInt64 { owners.limited }

  /// As EMQX 5 and 4 spell them.
  private static let takeovers: [StaticString] = [
    "takenover", "takeovered", "takeover", "takeover_kick", "discarded", "discard",
  ]

  init(prefix: String?) {
    topics = [DialectTopic(pattern: "\(prefix ?? "$SYS/brokers")/+/clients/{event...}")]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay, let path = message.levels.first else { return }
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return }
    let event = UnsafeRawBufferPointer(rebasing: path[(slash + 1)...])
    let isConnected = event.reads("connected")
    guard isConnected || event.reads("disconnected") else { return }
    guard let members = JSONMembers(event: message.payload),
      let id = members.string("clientid"), id.elementsEqual(path[..<slash])
    else { return listener.isInvalid("an event without the clientid that its topic names") }
    let client = id.withUnsafeBytes { ClientName.escaped($0) }
    let user = Self.user(members)
    if isConnected {
      connect(client, user, members, listener)
    } else {
      disconnect(client, user, members, listener)
    }
  }

  private mutating func connect(
    _ client: [UInt8], _ user: [UInt8]?, _ members: JSONMembers, _ listener: some DialectListener
  ) {
    let since = Self.time("connected_at", members)
    let standing = Self.standing(client, user, listener)
    // The same event once more tells of no session that has not ended yet.
    if let standing, !standing.isPresent, since != nil, since == standing.epoch {
      return listener.isStale()
    }
    sessions.begin(since, of: EMQXSessions.name(client, user), standing)
    for other in owners.connect(client, as: user, listener) {
      Saying.tell(client, other, .offline(Death()), listener)
    }
    let birth = Birth.connected(keepAlive: members.integer("keepalive"), epoch: since)
    Saying.tell(client, user, .online(birth), listener)
  }

  private mutating func disconnect(
    _ client: [UInt8], _ user: [UInt8]?, _ members: JSONMembers, _ listener: some DialectListener
  ) {
    let isTakeover =
      members.string("reason")?.withUnsafeBytes({ $0.reads(Self.takeovers) }) == true
    let end = EMQXSessions.End(
      since: Self.time("connected_at", members), at: Self.time("disconnected_at", members),
      isTakeover: isTakeover)
    let standing = Self.standing(client, user, listener)
    switch sessions.end(end, of: EMQXSessions.name(client, user), standing) {
    case .nothing: break
    case .stale: listener.isStale()
    case .goesOn(let since):
      Saying.tell(client, user, .online(Birth(epoch: since)), listener)
    case .over:
      owners.disconnect(client, from: user)
      Saying.tell(client, user, .offline(Death(epoch: end.since)), listener)
    }
  }

  private static func standing(
    _ client: [UInt8], _ user: [UInt8]?, _ listener: some DialectListener
  ) -> Standing? {
    client.withUnsafeBytes { client in
      guard let user else { return listener.standing(of: client, user: nil) }
      return user.withUnsafeBytes { listener.standing(of: client, user: $0) }
    }
  }

  /// Milliseconds since 1970.
  private static func time(_ name: String, _ members: JSONMembers) -> Int64? {
    members.integer(name).flatMap { (0..<1 << 53).contains($0) ? $0 : nil }
  }

  /// A client without a user name has `undefined` for one.
  private static func user(_ members: JSONMembers) -> [UInt8]? {
    guard let user = members.string("username"), !user.isEmpty,
      !user.elementsEqual("undefined".utf8)
    else { return nil }
    return user.withUnsafeBytes { ClientName.escaped($0) }
  }
}
