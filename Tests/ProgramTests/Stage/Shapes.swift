import Foundation
import TestSupport

/// The payload of `occupancy/{room}`.
struct Snapshot: Decodable, Equatable {
  struct Member: Decodable, Equatable {
    var client: String
    var user: String?
    var since: String
    /// Tests only put numbers there.
    var data: [String: Int]?
  }

  var room: String
  var count: Int
  var users: [String]
  var users_count: Int
  var anonymous: Int
  var members: [Member]
  var truncated: Bool
  var revision: Int64
  var at: String

  var clients: [String] { members.map(\.client) }

  func member(_ client: String) -> Member? { members.first { $0.client == client } }
}

/// The payload of `events/{room}`.
struct Event: Decodable, Equatable {
  struct Entry: Decodable, Equatable {
    var client: String
    var user: String?
    var reason: String?
  }

  var room: String
  var revision: Int64
  var previous: Int64
  var count: Int
  var added: [Entry]
  var removed: [Entry]
  var updated: [Entry]
  var bulk: Bool
  var at: String

  /// `+pump joined`, `-pump left`, `~pump`: what the event says, in short.
  var words: [String] {
    added.map { "+\($0.client) \($0.reason ?? "?")" }
      + removed.map { "-\($0.client) \($0.reason ?? "?")" } + updated.map { "~\($0.client)" }
  }
}

/// The payload of `bridge/stats`, as far as tests look at it.
struct Stats: Decodable {
  var log_lines_lost: Int
  var received: Int
  var heartbeats: Int
  var heartbeats_unknown: Int
  var invalid: Int
  var stale: Int
  var limited: Int
  var replays_ignored: Int
  var clients: Int
  var clients_known: Int
  var rooms: Int
  var presences: Int
  var durable: Bool
  var wal_bytes: Int
  var checkpoints_failed: Int
  var published: Int
  var rereads: Int
  var longest_turn_ms: Double
}

extension TestClient.Received {
  /// The payload as JSON of a shape.
  func json<Shape: Decodable>(_ shape: Shape.Type = Shape.self) throws -> Shape {
    do { return try JSONDecoder().decode(shape, from: Data(payload)) } catch {
      throw TestFailure("\(topic): \(text): \(error)")
    }
  }

  /// The names of a JSON object's members, sorted.
  func keys() throws -> [String] {
    let object = try JSONSerialization.jsonObject(with: Data(payload))
    guard let object = object as? [String: Any] else { throw TestFailure("\(text): no object") }
    return object.keys.sorted()
  }
}

/// RFC 3339 in UTC with milliseconds.
func date(_ text: String) throws -> Date {
  let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
  let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  guard text.wholeMatch(of: form) != nil, let date = try? style.parse(text) else {
    throw TestFailure("\(text) is no time")
  }
  return date
}
