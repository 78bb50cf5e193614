import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct ConnectionTests {
  @Test("A message published is a message received", arguments: [ProtocolVersion.v5, .v311])
  func roundTrip(version: ProtocolVersion) throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one") { $0.protocolVersion = version }
    #expect(try client.connect().reasonCode == 0)
    #expect(try client.subscribe("a/+", "b/#") == [1, 1])

    try client.publish("a/ü", "QoS 1")
    try client.publish("b/c/d", "QoS 0", qos: .atMostOnce)
    try client.publish("b/empty", "")
    try client.publish("c", "not subscribed")

    try client.wait(forMessage: "b/empty")
    #expect(client.messages.map(\.topic) == ["a/ü", "b/c/d", "b/empty"])
    #expect(client.messages.map(\.text) == ["QoS 1", "QoS 0", ""])
    #expect(client.messages.map(\.qos) == [1, 0, 1])
  }

  @Test("A retained message is marked as such when it is replayed, and only then")
  func retained() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.publish("kept", "before", retain: true)
    try client.subscribe("kept")
    #expect(try client.wait(forMessage: "kept", "before").retain)

    try client.publish("kept", "after", retain: true)
    #expect(try !client.wait(forMessage: "kept", "after").retain)
  }

  @Test("Unsubscribing ends what a filter brought")
  func unsubscribe() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("a", "b")
    try client.connection?.unsubscribe(["a"])
    try client.publish("a", "1")
    try client.publish("b", "2")
    try client.wait(forMessage: "b")
    #expect(client.messages.map(\.topic) == ["b"])
  }

  @Test("A topic given as bytes may be published to; NUL, wildcards and bad UTF-8 are refused")
  func topicBytes() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("#")
    let connection = try #require(client.connection)
    for bad in [Array("a\0b".utf8), Array("a/+".utf8), Array("#".utf8), [0xff], []] {
      #expect(throws: MQTTError.self) {
        try connection.publish(bad, [1], qos: .atLeastOnce, retain: false)
      }
    }
    try connection.publish(Array("a/b".utf8), [0, 255], qos: .atLeastOnce, retain: false)
    #expect(try client.wait(forMessage: "a/b").payload == [0, 255])
    #expect(client.messages.count == 1)
  }

  @Test("A thousand messages keep their order through a broker that takes 20 at a time")
  func order() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("n")
    let connection = try #require(client.connection)
    for number in 0..<1000 {
      try connection.publish("n", Array("\(number)".utf8), qos: .atLeastOnce, retain: false)
    }
    try client.wait(for: "all") { $0.messages.count == 1000 && $0.acknowledged.count == 1000 }
    #expect(client.messages.map(\.text) == (0..<1000).map(String.init))
  }

  @Test("A clean end is one, and no failure")
  func disconnect() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    let connection = try #require(client.connection)
    try client.disconnect()
    #expect(client.disconnects == [.init(reasonCode: 0, byBroker: false)])
    #expect(connection.failure == nil)
    #expect(connection.descriptor == nil)
    #expect(!connection.wantsWrite)
    #expect(throws: MQTTError.self) { try connection.read() }
  }

  @Test("What was queued before a disconnect still arrives")
  func disconnectAfterPublish() throws {
    let broker = try TestBroker()
    let (sender, receiver) = (TestClient(broker, id: "sender"), TestClient(broker, id: "receiver"))
    try receiver.connect()
    try receiver.subscribe("last")
    try sender.connect()
    try sender.connection?.publish("last", Array("words".utf8), qos: .atLeastOnce, retain: false)
    try sender.disconnect()
    try receiver.wait(forMessage: "last", "words")
  }

  @Test("Four hundred connections live in one process", .timeLimit(.minutes(1)))
  func many() throws {
    let count = 400
    #expect(raiseDescriptorLimit(to: 4 * count) >= 3 * count + 100)
    let broker = try TestBroker()
    let clients = (0..<count).map { TestClient(broker, id: "c\($0)") }
    for client in clients { try client.begin() }
    let connections = clients.compactMap(\.connection)
    func expectAll(_ condition: (TestClient) -> Bool) throws {
      let held = try drive(connections, for: .seconds(20)) { clients.allSatisfy(condition) }
      #expect(held)
    }
    try expectAll { $0.connectResult?.reasonCode == 0 }
    for connection in connections { try connection.subscribe(["all"], qos: .atLeastOnce) }
    try expectAll { $0.granted.count == 1 }
    try connections[0].publish("all", [1], qos: .atLeastOnce, retain: false)
    try expectAll { !$0.messages.isEmpty }
    try expectAll { $0.connection?.isOpen == true }
  }
}
