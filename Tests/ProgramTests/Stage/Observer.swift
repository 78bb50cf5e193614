import MQTT
import TestSupport

/// Listens to everything that the bridge publishes, and remembers it in order.
final class Observer {
  let client: TestClient

  init(_ broker: TestBroker, _ configure: (inout ConnectionOptions) -> Void = { _ in }) throws {
    client = TestClient(broker, id: "observer", configure)
    try connect()
  }

  func connect() throws {
    try client.connect()
    try client.subscribe(
      "presence/events/#", "presence/occupancy/#", "presence/count/#", "presence/bridge/#")
  }

  /// Forgets what it has heard so far.
  func forget() { client.messages.removeAll() }

  func messages(_ topic: String) -> [TestClient.Received] {
    client.messages.filter { $0.topic == "presence/\(topic)" }
  }

  func newest(_ topic: String) -> TestClient.Received? {
    client.messages.last { $0.topic == "presence/\(topic)" }
  }

  /// The events of a room, in the order in which they came.
  func events(_ room: String) throws -> [Event] {
    try messages("events/\(room)").map { try $0.json() }
  }

  /// What the events of a room have said, in short.
  func words(_ room: String) throws -> [String] { try events(room).flatMap(\.words) }

  /// What the events of all rooms have said was removed.
  func removed() throws -> [String] {
    try client.messages.filter { $0.topic.hasPrefix("presence/events/") }
      .flatMap { try $0.json(Event.self).removed.map { "\($0.client) \($0.reason ?? "?")" } }
  }

  func snapshot(_ room: String) throws -> Snapshot? {
    guard let message = newest("occupancy/\(room)"), !message.payload.isEmpty else { return nil }
    return try message.json()
  }

  /// `nil` when it was never published, or was cleared.
  func count(_ room: String) -> Int? { newest("count/\(room)").flatMap { Int($0.text) } }

  func stats() throws -> Stats? { try newest("bridge/stats")?.json() }

  func clients(_ room: String) throws -> [String] { try snapshot(room)?.clients ?? [] }
}
