import CMosquitto
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct PacketTests {
  /// The CONNECT packet that a client sends.
  private func connectPacket(_ configure: (inout ConnectionOptions) -> Void) throws -> [UInt8] {
    let server = try RawServer()
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    var options = ConnectionOptions(endpoint: endpoint, clientID: "id")
    configure(&options)
    let client = TestClient(options)
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    return try server.receive()
  }

  @Test("CONNECT announces expiry, receive maximum, keep-alive and clean start")
  func connect() throws {
    let packet = try connectPacket {
      $0.sessionExpiry = .seconds(86_400)
      $0.receiveMaximum = 1000
      $0.keepAlive = .seconds(15)
    }
    // MQTT 5 section 3.1: fixed header, protocol name and level, flags, keep-alive, properties, identifier.
    let expected: [UInt8] =
      [0x10, 23, 0, 4] + Array("MQTT".utf8) + [5, 0x02, 0, 15]
      + [8, 0x11, 0, 1, 0x51, 0x80, 0x21, 0x03, 0xe8] + [0, 2] + Array("id".utf8)
    #expect(packet == expected)
  }

  @Test("CONNECT of MQTT 3.1.1 has no properties")
  func connect311() throws {
    let packet = try connectPacket {
      $0.protocolVersion = .v311
      $0.cleanStart = false
      $0.sessionExpiry = .seconds(86_400)
    }
    let expected: [UInt8] =
      [0x10, 14, 0, 4] + Array("MQTT".utf8) + [4, 0x00, 0, 15] + [0, 2] + Array("id".utf8)
    #expect(packet == expected)
  }

  @Test("An expiry below a second is rounded up, not away")
  func shortExpiry() throws {
    let packet = try connectPacket { $0.sessionExpiry = .milliseconds(1) }
    #expect(packet.dropFirst(12).starts(with: [8, 0x11, 0, 0, 0, 1]))
  }

  @Test("The broker's maximum packet size is reported")
  func maximum() throws {
    let limited = try TestBroker { $0.extraLines = ["max_packet_size 2000"] }
    #expect(try TestClient(limited, id: "one").connect().maximumPacketSize == 2000)
    // Mosquitto 2.1 always has a limit.
    #expect(try RawBroker.accepting().client.connectResult?.maximumPacketSize == nil)
  }

  @Test(
    "A publish of the maximum packet size arrives, one byte more is refused",
    arguments: [QoS.atMostOnce, .atLeastOnce], [100, 2000])
  func boundary(qos: QoS, size: Int) throws {
    let broker = try TestBroker { $0.extraLines = ["max_packet_size \(size)"] }
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("topic", qos: .atMostOnce)
    // MQTT 5 section 3.3: first byte, remaining length, topic, packet identifier, no properties.
    let overhead = 1 + (size < 130 ? 1 : 2) + 2 + 5 + (qos == .atMostOnce ? 0 : 2) + 1
    let largest = String(repeating: "x", count: size - overhead)

    let connection = try #require(client.connection)
    for extra in 1...4 {
      let payload = Array(largest.utf8) + Array(repeating: 0, count: extra)
      let error = #expect(throws: MQTTError.self) {
        try connection.publish("topic", payload, qos: qos, retain: false)
      }
      #expect(error?.isOversize == true)
    }
    try client.publish("topic", largest, qos: qos)
    try client.wait(forMessage: "topic", largest)
  }

  @Test("However many acknowledgements are queued, a connection has input until everything is read")
  func manyAcknowledgements() throws {
    let server = try RawServer()
    let client = TestClient(
      ConnectionOptions(endpoint: Endpoint(host: "127.0.0.1", port: server.port), clientID: "id"))
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    _ = try server.receive()
    // MQTT 5 section 3.2: no session, success, no properties.
    server.send([0x20, 3, 0, 0, 0])
    _ = try drive([connection], for: .seconds(5)) { connection.phase == .connected }
    // Section 3.3: at QoS 1, topic `t`, packet identifier, no properties, no payload.
    let count = 2000
    server.send((1...count).flatMap { [0x32, 6, 0, 1, 0x74, UInt8($0 >> 8), UInt8($0 & 255), 0] })
    #expect(waitUntil { connection.hasBytes })
    repeat { try connection.read() } while connection.hasInput
    #expect(client.messages.count == count)
  }
}
