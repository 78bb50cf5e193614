import Topics

/// What the bridge says of a room, as far as a person is shown it. Anybody may have written it: see
/// ``ForeignFigures``.

/// A client in an event: who, and why it came or went.
struct ChangedClient: Equatable, Sendable {
  var client: String
  var user: String?
  var reason: String?

  init?(_ element: JSONElement) {
    guard let members = element.members, let client = members.text("client") else { return nil }
    self.client = client
    user = members.text("user")
    reason = members.text("reason")
  }
}

/// A payload on `events/{room}`.
struct RoomEvent: Equatable, Sendable {
  var count: Int
  var added: [ChangedClient]
  var removed: [ChangedClient]
  var updated: [ChangedClient]?
  var revision: Int64?
  var bulk: Bool?

  init?(_ payload: [UInt8]) {
    guard let event = ForeignFigures.read(payload, RoomEvent.init) else { return nil }
    self = event
  }

  private init?(_ members: JSONMembers) {
    guard let count = members.count("count"),
      let added = members.list("added", ChangedClient.init),
      let removed = members.list("removed", ChangedClient.init)
    else { return nil }
    self.count = count
    self.added = added
    self.removed = removed
    updated = members.list("updated", ChangedClient.init)
    revision = members.integer("revision")
    bulk = members.bool("bulk")
  }
}

/// A payload on `occupancy/{room}`.
struct RoomSnapshot: Equatable, Sendable {
  struct Member: Equatable, Sendable {
    var client: String
    var user: String?
    var since: String
    var asleep: Bool?
    var data: JSONValue?

    init?(_ element: JSONElement) {
      guard let members = element.members, let client = members.text("client"),
        let since = members.text("since")
      else { return nil }
      self.client = client
      user = members.text("user")
      self.since = since
      asleep = members.bool("asleep")
      data = members["data"].map { JSONValue($0) }
    }
  }

  var count: Int
  var usersCount: Int
  var anonymous: Int
  var members: [Member]
  var truncated: Bool
  var at: String

  init?(_ payload: [UInt8]) {
    guard let snapshot = ForeignFigures.read(payload, RoomSnapshot.init) else { return nil }
    self = snapshot
  }

  private init?(_ object: JSONMembers) {
    guard let count = object.count("count"), let usersCount = object.count("users_count"),
      let anonymous = object.count("anonymous"),
      let members = object.list("members", Member.init),
      let truncated = object.bool("truncated"), let at = object.text("at")
    else { return nil }
    self.count = count
    self.usersCount = usersCount
    self.anonymous = anonymous
    self.members = members
    self.truncated = truncated
    self.at = at
  }
}

/// A payload on `count/{room}`: plain digits.
func roomCount(_ payload: [UInt8]) -> Int? {
  guard !payload.isEmpty, payload.count <= 4_096,
    payload.allSatisfy({ (0x30...0x39).contains($0) })
  else { return nil }
  return payload.reduce(0) { min($0 * 10 + Int($1 - 0x30), ForeignFigures.most) }
}

/// What `bridge/status` says: nothing at all when no bridge has ever run here.
enum BridgeState: String, Equatable, Sendable {
  case online, offline, absent

  /// - Parameter payload: `nil`: there is no such message.
  init(_ payload: [UInt8]?) {
    self = payload.flatMap { BridgeState(rawValue: String(decoding: $0, as: UTF8.self)) } ?? .absent
  }

  /// What to tell somebody who is about to believe the counts; `nil` when all is well.
  var warning: String? {
    switch self {
    case .online: nil
    case .offline: "the bridge is offline: what is shown is what it knew when it ended"
    case .absent: "no bridge has said anything under this root, or this login may not read it"
    }
  }
}
