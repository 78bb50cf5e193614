import CMosquitto
import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct FailureTests {
  @Test(
    "A refused login has its reason code, and words",
    arguments: [
      (ProtocolVersion.v5, Int32(135), "Not authorized"),
      (.v311, 5, "Connection Refused: not authorised"),
    ])
  func refusedLogin(version: ProtocolVersion, reasonCode: Int32, reason: String) throws {
    let broker = try TestBroker { $0.users = ["ann": "secret"] }
    let wrong = TestClient(broker, id: "one") {
      $0.protocolVersion = version
      $0.username = "ann"
      $0.password = "guess"
    }
    let error = #expect(throws: MQTTError.self) { try wrong.connect() }
    #expect(error?.call == "CONNACK")
    #expect(error?.code == MOSQ_ERR_CONN_REFUSED.code)
    // Until 2.1 with a full stop.
    #expect(error?.detail.hasPrefix(reason) == true)
    #expect(wrong.connectResult?.reasonCode == reasonCode)
    #expect(wrong.disconnects == [.init(reasonCode: MOSQ_ERR_CONN_REFUSED.code, byBroker: false)])

    let right = TestClient(broker, id: "one") {
      $0.username = "ann"
      $0.password = "secret"
    }
    #expect(try right.connect().reasonCode == 0)
  }

  @Test("A port that nobody listens on is an error at once", arguments: [false, true])
  func refusedPort(encrypted: Bool) throws {
    let tls = encrypted ? TLS() : nil
    let endpoint = Endpoint(host: "127.0.0.1", port: try TestPort.free(), tls: tls)
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    let error = #expect(throws: MQTTError.self) { try client.connect() }
    #expect(error?.description == "connect: Connection refused")
    #expect(client.disconnects.count == 1)
  }

  @Test("A broker on 127.0.0.1 is found by the name of localhost")
  func localhost() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one") { $0.endpoint.host = "localhost" }
    #expect(try client.connect().reasonCode == 0)
  }

  @Test("An IPv6 address that refuses is an error, though IPv4 was tried instead")
  func refusedIPv6() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one") { $0.endpoint.host = "::1" }
    let error = #expect(throws: MQTTError.self) { try client.connect() }
    #expect(error?.code == MOSQ_ERR_ERRNO.code)
  }

  @Test("A host that does not exist is an error with the resolver's words")
  func unknownHost() throws {
    let endpoint = Endpoint(host: "no-such-host.invalid", port: 1883)
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    let error = #expect(throws: MQTTError.self) { try client.connect() }
    #expect(error?.code == MOSQ_ERR_EAI.code)
    #expect(error?.detail.isEmpty == false)
    #expect(client.connection?.isOpen == false)
  }

  @Test("A server that says nothing holds nobody up", arguments: [false, true])
  func silentServer(encrypted: Bool) throws {
    let server = try RawServer()
    let tls = encrypted ? TLS() : nil
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port, tls: tls)
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    try client.begin()

    let connection = try #require(client.connection)
    var turns = 0
    let answered = try drive([connection], for: .milliseconds(300)) {
      turns += 1
      return client.connectResult != nil
    }
    #expect(!answered)
    #expect(connection.isOpen)
    #expect(turns < 20, "waiting must not spin")
  }

  @Test("A server that says nothing is given up after the keep-alive")
  func givenUp() throws {
    let server = try RawServer()
    var options = ConnectionOptions(
      endpoint: Endpoint(host: "127.0.0.1", port: server.port), clientID: "one")
    options.keepAlive = .seconds(5)
    let client = TestClient(options)
    let error = #expect(throws: MQTTError.self) { try client.connect(limit: .seconds(12)) }
    #expect(error?.detail == "no answer from the broker within 5 s")
    #expect(client.disconnects == [.init(reasonCode: MOSQ_ERR_KEEPALIVE.code, byBroker: false)])
  }

  @Test("A broker that hangs up is noticed", arguments: [ProtocolVersion.v5, .v311])
  func brokerKilled(version: ProtocolVersion) throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one") { $0.protocolVersion = version }
    try client.connect()
    let connection = try #require(client.connection)
    try broker.kill()
    try client.waitForEnd()
    #expect(client.disconnects.map(\.byBroker) == [false])
    #expect(connection.failure != nil)
  }

  @Test("A broker without MQTT 5 is recognised by its answer")
  func unsupportedProtocol() throws {
    let server = try RawServer()
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    // A CONNACK of MQTT 3.1.1 (section 3.2): unacceptable protocol version.
    server.send([0x20, 2, 0, 1])
    try client.waitForEnd()
    #expect(client.connectResult?.isUnsupportedProtocol == true)
    #expect(connection.failure?.code == MOSQ_ERR_CONN_REFUSED.code)
  }

  @Test("Options that libmosquitto refuses are errors of their own")
  func badOptions() throws {
    var options = ConnectionOptions(endpoint: Endpoint(host: "127.0.0.1", port: 1), clientID: "")
    options.cleanStart = false
    #expect(throws: MQTTError.self) { try TestClient(options).begin() }

    options.clientID = "one"
    options.keepAlive = .seconds(4)
    #expect(throws: MQTTError.self) { try TestClient(options).begin() }

    options.keepAlive = .seconds(5)
    options.will = Will(topic: "a/#", payload: [], qos: .atLeastOnce, retain: false)
    #expect(throws: MQTTError.self) { try TestClient(options).begin() }
  }
}
