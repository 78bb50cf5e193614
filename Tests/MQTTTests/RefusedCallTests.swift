import TestSupport
import Testing

@testable import MQTT

/// A call that the library refuses is that call's failure, and nothing else's.
@Suite(.serialized)
struct RefusedCallTests {
  private static let badTopics = [
    "x\u{FFFF}", "x\u{FFFE}", "x\u{1FFFF}", "a/+", "#", "", "a\u{0}b", "a\u{1}",
    String(repeating: "x", count: 65_536),
  ]

  @Test("A message that is refused ends nothing", arguments: [QoS.atMostOnce, .atLeastOnce])
  func publish(qos: QoS) throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("#")
    let connection = try #require(client.connection)
    for topic in Self.badTopics {
      let error = #expect(throws: MQTTError.self) {
        try connection.publish(topic, [1], qos: qos, retain: false)
      }
      #expect(error?.isOfConnection == false)
    }
    try client.publish("a", "after")
    try client.wait(forMessage: "a", "after")
    #expect(client.messages.count == 1)
    #expect(client.disconnects == [])
  }

  @Test("A filter that is refused is named, and nothing of its SUBSCRIBE is sent")
  func subscribe() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    let connection = try #require(client.connection)
    for filter in ["a/#/b", "x\u{FFFF}", "", "a\u{0}b", String(repeating: "x", count: 65_536)] {
      let error = #expect(throws: MQTTError.self) {
        try connection.subscribe(["good", filter], qos: .atLeastOnce)
      }
      #expect(error?.isOfConnection == false)
      #expect(error?.detail.hasSuffix("'\(filter)'") == true)
      #expect(throws: MQTTError.self) { try connection.unsubscribe(["good", filter]) }
    }
    #expect(throws: MQTTError.self) { try connection.subscribe([], qos: .atLeastOnce) }
    #expect(!connection.wantsWrite)
    #expect(try client.subscribe("good") == [1])
  }

  @Test("Filters that are together larger than the broker takes are refused, one byte less is not")
  func oversizeSubscribe() throws {
    let broker = try TestBroker { $0.extraLines = ["max_packet_size 60"] }
    let client = TestClient(broker, id: "one")
    try client.connect()
    // MQTT 5 section 3.8: first byte, remaining length, packet identifier, no properties, length, filter, options.
    let largest = String(repeating: "x", count: 60 - 2 - 3 - 3)
    let error = #expect(throws: MQTTError.self) { try client.subscribe(largest + "x") }
    #expect(error?.isOversize == true)
    #expect(error?.isOfConnection == false)
    #expect(try client.subscribe(largest) == [1])
  }

  @Test("Properties that cannot be are refused with their message")
  func properties() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    let connection = try #require(client.connection)
    for bad in [
      RequestProperties(responseTopic: "x\u{FFFF}"), .init(responseTopic: "a\u{0}b"),
      .init(correlationData: Array(repeating: 1, count: 65_536)),
    ] {
      let error = #expect(throws: MQTTError.self) {
        try connection.publish([0x61], [1], qos: .atLeastOnce, request: bad)
      }
      #expect(error?.isOfConnection == false)
    }
    try client.publish("a", "after")
  }

  @Test("A call after the end is about the connection")
  func ended() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    let connection = try #require(client.connection)
    try broker.kill()
    try client.waitForEnd()
    let publish = #expect(throws: MQTTError.self) {
      try connection.publish("a", [1], qos: .atLeastOnce, retain: false)
    }
    let subscribe = #expect(throws: MQTTError.self) {
      try connection.subscribe(["a"], qos: .atLeastOnce)
    }
    let disconnect = #expect(throws: MQTTError.self) { try connection.disconnect() }
    #expect([publish, subscribe, disconnect].allSatisfy { $0?.isOfConnection == true })
  }

  @Test("What a CONNECT has no room for is refused before anything is sent")
  func options() throws {
    let long = String(repeating: "x", count: 65_536)
    let changes: [(inout ConnectionOptions) -> Void] = [
      { $0.clientID = "a\u{0}b" }, { $0.clientID = "a\u{1}" }, { $0.clientID = long },
      { $0.username = long },
      { $0.password = long }, { $0.endpoint.host = "a\u{0}b" },
      { $0.will = Will(topic: "a", payload: Array(long.utf8), qos: .atLeastOnce, retain: false) },
    ]
    for change in changes {
      var options = ConnectionOptions(
        endpoint: Endpoint(host: "127.0.0.1", port: 1), clientID: "one")
      options.username = "ann"
      change(&options)
      #expect(throws: MQTTError.self) { try TestClient(options).begin() }
    }
  }
}
