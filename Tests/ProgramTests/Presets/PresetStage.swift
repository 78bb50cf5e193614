import MQTT
import TestSupport
import Testing

/// A bridge with one preset, and a client that says what the system's software says.
struct PresetStage {
  let site: Site
  let speaker: Device

  /// - Parameter will: the system's will, retained as most are.
  init(
    _ source: String, will: (topic: String, payload: String)? = nil,
    _ settings: [String: String] = [:], broker: (inout TestBroker.Setup) -> Void = { _ in }
  ) throws {
    site = try Site(.v5, settings, sources: "source \(source)\n", broker: broker)
    speaker = try site.speaker("speaker", will: will)
  }

  /// Retained at QoS 1, as births and wills are.
  func retain(_ topic: String, _ payload: String) throws {
    try speaker.client.publish(topic, payload, retain: true)
  }

  /// Not retained, as events and telemetry are.
  func say(_ topic: String, _ payload: String) throws {
    try speaker.client.publish(topic, payload, qos: .atMostOnce)
  }

  func holds(_ room: String, _ clients: String...) throws {
    try site.wait(for: "\(clients) in \(room)") {
      try site.observer.count(room) == clients.count
        && (clients.isEmpty || site.observer.clients(room) == clients)
    }
  }

  /// The last words of a room's events.
  func last(_ room: String, _ count: Int = 1) throws -> [String] {
    try site.observer.words(room).suffix(count).map { $0 }
  }

  func counted(_ what: String, _ condition: (Stats) -> Bool) throws {
    try site.wait(forStats: what, condition)
  }

  /// Lets a client live by what `beat` says for longer than its timeout of a second, and then expire.
  func livesByHeartbeat(in room: String, _ client: String, _ beat: () throws -> Void) throws {
    site.observer.forget()
    for _ in 0..<6 {
      try site.run(for: .milliseconds(250))
      try beat()
    }
    try site.expectNobodyRemoved()
    try holds(room)
    #expect(try last(room) == ["-\(client) expired"])
    try beat()
    try holds(room, client)
  }
}
