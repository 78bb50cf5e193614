import CMosquitto
import TestSupport
import Testing

@testable import MQTT

/// What a broker says of itself, and what no broker may say.
@Suite(.serialized)
struct BrokerAnswerTests {
  @Test("Everything that a CONNACK of MQTT 5 says is told")
  func limits() throws {
    // MQTT 5 section 3.2.2.3, in the order of its table.
    let properties: [UInt8] =
      [0x11, 0, 0, 0x0e, 0x10, 0x21, 0, 7, 0x24, 0, 0x25, 0, 0x27, 0, 0, 1, 0x2c]
      + [0x28, 0, 0x13, 0, 30]
    let raw = try RawBroker.accepting(
      [0x20, UInt8(3 + properties.count), 0, 0, UInt8(properties.count)] + properties)
    let result = try #require(raw.client.connectResult)
    #expect(result.sessionExpiry == .seconds(3_600))
    #expect(result.receiveMaximum == 7)
    #expect(result.maximumQoS == 0)
    #expect(!result.isRetainAvailable)
    #expect(result.maximumPacketSize == 300)
    #expect(!result.isWildcardAvailable)
    #expect(result.serverKeepAlive == .seconds(30))
  }

  @Test("A CONNACK that says nothing sets no limits", arguments: [ProtocolVersion.v5, .v311])
  func noLimits(version: ProtocolVersion) throws {
    let raw = try RawBroker.accepting(version == .v5 ? RawBroker.welcome : [0x20, 2, 0, 0]) {
      $0.protocolVersion = version
    }
    let result = try #require(raw.client.connectResult)
    #expect(result.sessionExpiry == nil)
    #expect(result.receiveMaximum == 65_535)
    #expect(result.maximumQoS == 2)
    #expect(result.isRetainAvailable)
    #expect(result.maximumPacketSize == nil)
    #expect(result.isWildcardAvailable)
    #expect(result.serverKeepAlive == nil)
  }

  @Test("A message above the broker's highest QoS is refused, and the connection goes on")
  func highestQoS() throws {
    let raw = try RawBroker.accepting([0x20, 5, 0, 0, 2, 0x24, 0])
    let error = #expect(throws: MQTTError.self) {
      try raw.connection.publish("a", [1], qos: .atLeastOnce, retain: false)
    }
    #expect(error?.isOfConnection == false)
    try raw.connection.publish("a", [1], qos: .atMostOnce, retain: false)
  }

  @Test("The answer to an UNSUBSCRIBE names it")
  func unsubscribed() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("a")
    let id = try client.connection?.unsubscribe(["a"])
    try client.wait(for: "UNSUBACK") { $0.unsubscribed == [id] }
  }

  @Test("A second CONNACK ends the connection, whatever it says", arguments: [0, 0x87] as [UInt8])
  func secondAnswer(reason: UInt8) throws {
    let raw = try RawBroker.accepting()
    raw.server.send([0x20, 3, 0, reason, 0])
    try raw.client.waitForEnd()
    // Since 2.1 the library says so itself, in other words.
    let told = [
      "the broker has sent a second CONNACK",
      String(cString: mosquitto_strerror(MOSQ_ERR_PROTOCOL.code)),
    ]
    #expect(told.contains(raw.connection.failure?.detail ?? ""))
    #expect(raw.client.disconnects.count == 1)
    #expect(!raw.connection.isHungUpUnanswered)
  }

  @Test(
    "A DISCONNECT of the broker is told with its reason, also where that is no failure",
    arguments: [
      (UInt8(0), "the broker closed the connection"), (4, "Disconnect with Will Message"),
      (142, "Session taken over"),
    ])
  func disconnect(reason: UInt8, words: String) throws {
    let raw = try RawBroker.accepting()
    raw.server.send([0xe0, 2, reason, 0])
    try raw.client.waitForEnd()
    #expect(raw.client.disconnects == [.init(reasonCode: Int32(reason), byBroker: true)])
    #expect(raw.connection.failure?.call == "DISCONNECT")
    #expect(raw.connection.failure?.detail == words)
  }
}
