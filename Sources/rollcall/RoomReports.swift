import Foundation

/// What the bridge says of a room, as far as a person is shown it.

/// A client in an event: who, and why it came or went.
struct ChangedClient: Decodable, Equatable, Sendable {
  var client: String
  var user: String?
  var reason: String?
}

/// A payload on `events/{room}`.
struct RoomEvent: Decodable, Equatable, Sendable {
  var count: Int
  var added: [ChangedClient]
  var removed: [ChangedClient]
  var updated: [ChangedClient]?
  var revision: Int64?
  var bulk: Bool?

  init?(_ payload: [UInt8]) {
    guard let event = try? JSONDecoder().decode(RoomEvent.self, from: Data(payload)) else {
      return nil
    }
    self = event
  }
}

/// A payload on `occupancy/{room}`.
struct RoomSnapshot: Decodable, Equatable, Sendable {
  struct Member: Decodable, Equatable, Sendable {
    var client: String
    var user: String?
    var since: String
    var asleep: Bool?
    var data: JSONValue?
  }

  var count: Int
  var usersCount: Int
  var anonymous: Int
  var members: [Member]
  var truncated: Bool
  var at: String

  private enum CodingKeys: String, CodingKey {
    case count, anonymous, members, truncated, at
    case usersCount = "users_count"
  }

  init?(_ payload: [UInt8]) {
    guard let snapshot = try? JSONDecoder().decode(RoomSnapshot.self, from: Data(payload)) else {
      return nil
    }
    self = snapshot
  }
}

/// A payload on `count/{room}`: plain digits.
func roomCount(_ payload: [UInt8]) -> Int? {
  guard !payload.isEmpty, payload.count <= 15, payload.allSatisfy({ (0x30...0x39).contains($0) })
  else { return nil }
  return payload.reduce(0) { $0 * 10 + Int($1 - 0x30) }
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
