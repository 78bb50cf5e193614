import MQTT
import TestSupport

/// A client with a will, as rooms see it.
final class Device {
  let name: String
  let client: TestClient
  /// Its own part of the topics.
  let who: String
  /// What it says of itself whenever it connects by itself, see ``Site/faithful``.
  var birth = "online"
  private var born: Connection?

  init(
    _ broker: TestBroker, _ name: String, user: String? = nil, will: String = "offline",
    _ configure: (inout ConnectionOptions) -> Void = { _ in }
  ) {
    self.name = name
    let who = "presence/\(user.map { "users/\($0)/" } ?? "")clients/\(name)"
    self.who = who
    client = TestClient(broker, id: user.map { "\($0)-\(name)" } ?? name) {
      $0.will = Will(
        topic: "\(who)/status", payload: Array(will.utf8), qos: .atLeastOnce, retain: true)
      configure(&$0)
    }
  }

  /// Publishes a birth, a death or another word on the status topic, retained.
  func say(_ status: String = "online", retain: Bool = true) throws {
    try client.publish("\(who)/status", status, retain: retain)
  }

  func join(_ room: String, _ payload: String = "join", retain: Bool = false) throws {
    try client.publish("\(who)/rooms/\(room)", payload, retain: retain)
  }

  func leave(_ room: String, _ payload: String = "leave") throws { try join(room, payload) }

  func beat(_ payload: String = "", retain: Bool = false) throws {
    try client.publish("\(who)/heartbeat", payload, qos: .atMostOnce, retain: retain)
  }

  /// Queues a heartbeat if it is connected.
  func beatIfConnected() {
    guard let connection = client.connection, client.connectResult?.reasonCode == 0 else { return }
    _ = try? connection.publish("\(who)/heartbeat", [], qos: .atMostOnce, retain: false)
  }

  /// Vanishes without a word: the broker publishes its will.
  func vanish() { client.cut() }

  /// Connects again when the connection is gone, and says its birth in each connection, without waiting.
  func stayConnected() {
    guard let connection = client.connection, connection.isOpen else {
      born = nil
      try? client.begin()
      return
    }
    guard client.connectResult?.reasonCode == 0, born !== connection else { return }
    born = connection
    _ = try? connection.publish(
      "\(who)/status", Array(birth.utf8), qos: .atLeastOnce, retain: true)
  }

  /// Whether its birth in the present connection was acknowledged.
  var isBorn: Bool { born != nil && born === client.connection && !client.acknowledged.isEmpty }
}
