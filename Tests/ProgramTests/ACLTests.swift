import Foundation
import MQTT
import TestSupport
import Testing

/// The repository's ACL on a broker set up as its mosquitto.conf says.
@Suite(.serialized)
struct ACLTests {
  private static var repositoryACL: String {
    get throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      return try String(
        contentsOf: root.appendingPathComponent("broker-config/acl"), encoding: .utf8)
    }
  }

  private static let users = [
    "rollcall": "r", "dashboard": "d", "ann": "a", "bob": "b", "stranger": "s",
  ]

  private func broker() throws -> TestBroker {
    let (acl, limits) = (try Self.repositoryACL, try BrokerConfig.limits())
    return try TestBroker {
      $0.users = Self.users
      $0.acl = acl
      $0.extraLines = ["check_retain_source true", "sys_interval 1"] + limits
    }
  }

  private func bridge(
    _ broker: TestBroker, as user: String = "rollcall", _ settings: [String: String] = [:]
  ) throws -> BridgeProcess {
    let file = try broker.directory.write(Self.users[user] ?? "", to: "password-of-\(user)")
    let login = ["username": user, "password_file": file]
    return try BridgeProcess(port: broker.port, login.merging(settings) { $1 })
  }

  private func client(_ broker: TestBroker, _ id: String, _ user: String) throws -> TestClient {
    let client = TestClient(broker, id: id) {
      $0.username = user
      $0.password = Self.users[user]
    }
    try client.connect()
    return client
  }

  @Test("The bridge works, users are who they say, and forged names are refused")
  func forged() throws {
    let broker = try broker()
    let bridge = try bridge(broker)
    let observer = try Observer(broker) {
      $0.username = "dashboard"
      $0.password = "d"
    }
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    let ann = try client(broker, "phone", "ann")
    #expect(try ann.publish("presence/users/ann/clients/phone/rooms/lab", "join") < 128)
    try observer.client.wait(forMessage: "presence/count/lab", "1")

    let forgeries = [
      "users/bob/clients/phone/status", "users/ann/clients/other/status", "clients/other/status",
      "users/bob/clients/phone/rooms/lab", "clients/other/heartbeat", "occupancy/lab",
      "count/lab", "events/lab", "bridge/status", "bridge/fence", "bridge/stats",
      "clients/phone/other/status",
    ]
    for topic in forgeries {
      #expect(try ann.publish("presence/\(topic)", "online", retain: true) == 135, "\(topic)")
    }
    #expect(try ann.publish("presence/clients/phone/rooms/hall", "join") < 128)
    try observer.client.wait(forMessage: "presence/count/hall", "1")
    #expect(try observer.snapshot("lab")?.users == ["ann"])
    #expect(try observer.snapshot("hall")?.members.map(\.user) == [nil])
    #expect(try observer.stats()?.invalid == 0)
    #expect(try bridge.stop() == .code(0))
  }

  @Test(
    "Who asks for an answer where the bridge may not speak costs it nothing",
    arguments: ["other/topic", "presences", "presence/answers/asker"])
  func answerElsewhere(topic: String) throws {
    let broker = try broker()
    let bridge = try bridge(broker)
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    let asker = try client(broker, "asker", "dashboard")
    try asker.subscribe("presence/answers/asker")
    for qos in [0, 1] {
      let question = #"{"rooms":{},"reply":"\#(topic)","qos":\#(qos)}"#
      #expect(try asker.publish("presence/query", question) < 128)
      let answer = try asker.ask(
        "presence/query", #"{"rooms":{}}"#, answerTopic: "presence/answers/asker")
      #expect(answer.text.contains("rooms"))
    }
    #expect(asker.disconnects.isEmpty)
    #expect(!bridge.log.contains("trying again"), "\(bridge.log)")
    // What is missing is not a right of the bridge's own.
    #expect(!bridge.log.contains("error:"), "\(bridge.log)")
    #expect(try bridge.stop() == .code(0))
    let words = "presence/query: the broker refuses the answer on \(topic)"
    #expect(bridge.log.contains(words) == (topic != "presence/answers/asker"), "\(bridge.log)")
  }

  @Test(
    "An id with slashes in it does not reach into another client's topics",
    arguments: ["victim/rooms", "victim/rooms/lab", "victim/status", "victim/rooms/status"])
  func slashes(id: String) throws {
    let broker = try broker()
    let bridge = try bridge(broker)
    let observer = try Observer(broker) {
      $0.username = "dashboard"
      $0.password = "d"
    }
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    let forger = try client(broker, id, "ann")
    for topic in ["status", "heartbeat", "rooms/lab"] {
      for payload in ["join", "online"] {
        try forger.publish("presence/clients/\(id)/\(topic)", payload)
        try forger.publish("presence/users/ann/clients/\(id)/\(topic)", payload)
      }
      for other in ["clients/victim", "users/ann/clients/victim"] {
        #expect(try forger.publish("presence/\(other)/\(topic)", "join") == 135)
      }
    }
    let honest = try client(broker, "honest", "ann")
    try honest.publish("presence/clients/honest/rooms/hall", "join")
    try observer.client.wait(forMessage: "presence/count/hall", "1")
    try observer.client.wait(for: "stats") { _ in
      (try? observer.stats()).map { ($0?.presences ?? 0) == 1 && $0?.clients == 1 } ?? false
    }
    #expect(try bridge.stop() == .code(0))
  }

  @Test("Counts are for everybody, members for those who may read them")
  func readers() throws {
    let broker = try broker()
    let bridge = try bridge(broker)
    let dashboard = try client(broker, "dashboard", "dashboard")
    let bob = try client(broker, "bob", "bob")
    for reader in [dashboard, bob] { try reader.subscribe("presence/#") }
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    try bob.publish("presence/users/bob/clients/bob/rooms/lab", "join")
    try bob.wait(forMessage: "presence/count/lab", "1")
    try dashboard.wait(forMessage: "presence/count/lab", "1")
    let heard = Set(bob.messages.map(\.topic))
    #expect(heard.isSubset(of: ["presence/count/lab", "presence/bridge/status"]))
    #expect(dashboard.messages.contains { $0.topic == "presence/occupancy/lab" })
    #expect(dashboard.messages.contains { $0.topic == "presence/events/lab" })
    #expect(!dashboard.messages.contains { $0.topic.contains("clients") })
    #expect(try bridge.stop() == .code(0))
  }

  @Test("Home Assistant reads what it is told with the lines for it, and nobody else tells it")
  func homeAssistant() throws {
    let lines = try Self.repositoryACL.components(separatedBy: "#user homeassistant")
    let acl = "\(lines[0])user homeassistant" + lines[1].replacing("\n#topic", with: "\ntopic")
    let broker = try TestBroker {
      $0.users = Self.users.merging(["homeassistant": "h"]) { $1 }
      $0.acl = acl
      $0.extraLines = ["check_retain_source true", "sys_interval 1"]
    }
    let bridge = try bridge(broker, as: "rollcall", ["home_assistant": "on"])
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    let ann = try client(broker, "phone", "ann")
    try ann.publish("presence/users/ann/clients/phone/rooms/lab", "join")
    let assistant = TestClient(broker, id: "assistant") {
      ($0.username, $0.password) = ("homeassistant", "h")
    }
    try assistant.connect()
    try assistant.subscribe("homeassistant/#", "presence/#")
    for topic in ["count/lab", "occupancy/lab", "bridge/status"] {
      try assistant.wait(forMessage: "presence/\(topic)")
    }
    for component in ["sensor", "binary_sensor"] {
      let topic = "homeassistant/\(component)/rollcall-presence/lab/config"
      try assistant.wait(forMessage: topic)
      #expect(try ann.publish(topic, "", retain: true) == 135)
    }
    #expect(try ann.publish("homeassistant/status", "online") == 135)
    assistant.messages = []
    #expect(try assistant.publish("homeassistant/status", "online") < 128)
    try assistant.wait(forMessage: "homeassistant/sensor/rollcall-presence/lab/config")
    #expect(try bridge.stop() == .code(0))
  }

  @Test("The dashboard may ask, and hears its own answers; others may not ask, nor hear them")
  func questions() throws {
    let broker = try broker()
    let bridge = try bridge(broker)
    let dashboard = try client(broker, "wall", "dashboard")
    let bob = try client(broker, "bob", "bob")
    try dashboard.subscribe("presence/answers/wall")
    try bob.subscribe("presence/answers/#")
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    let answer = try dashboard.ask(
      "presence/query", #"{"rooms":{}}"#, answerTopic: "presence/answers/wall")
    #expect(answer.text == #"{"rooms":{"prefix":"","rooms":[],"more":false}}"#)
    #expect(try bob.publish("presence/query", #"{"rooms":{},"reply":"x"}"#) == 135)
    #expect(try bob.publish("presence/answers/wall", "forged") == 135)
    #expect(bob.messages.isEmpty)
    #expect(try bridge.stop() == .code(0))
  }

  @Test("A bridge without rights says loudly that nothing comes back, and publishes nothing")
  func withoutRights() throws {
    let broker = try broker()
    let bridge = try bridge(broker, as: "stranger")
    #expect(
      waitUntil { bridge.log.contains("error:") && bridge.log.contains("bridge/fence") },
      "\(bridge.log)")
    #expect(bridge.log.contains("ACL"))
    #expect(!bridge.isLive)
    #expect(try bridge.stop(limit: .seconds(6)) == .code(0))
  }
}
