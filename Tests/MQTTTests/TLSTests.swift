import CMosquitto
import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct TLSTests {
  private func broker(
    clientCertificate: Bool = false, wrongHost: Bool = false
  ) throws -> TestBroker {
    try TestBroker {
      var listener = TestBroker.TLSListener()
      listener.requiresClientCertificate = clientCertificate
      listener.wrongHost = wrongHost
      $0.tls = listener
    }
  }

  private func client(_ broker: TestBroker, _ tls: TLS, host: String = "127.0.0.1") -> TestClient {
    let endpoint = Endpoint(host: host, port: broker.tlsPort, tls: tls)
    return TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
  }

  /// Connects while the broker sleeps. On a busy machine what it answers may else be there before `connect` returns, which
  /// then throws what is wrong, and there is no connection to end.
  private func failure(_ client: TestClient, _ broker: TestBroker) throws -> MQTTError? {
    broker.pause()
    try client.begin()
    broker.resume()
    try client.waitForEnd()
    return client.connection?.failure
  }

  @Test("An encrypted connection carries messages", arguments: ["127.0.0.1", "localhost"])
  func encrypted(host: String) throws {
    let broker = try broker()
    let client = client(broker, TLS(cafile: broker.certificates?.ca), host: host)
    #expect(try client.connect().reasonCode == 0)
    try client.subscribe("t")
    let text = String(repeating: "long ", count: 40_000)
    for _ in 0..<5 { try client.publish("t", text) }
    try client.wait(for: "all five") { $0.messages.count == 5 }
    #expect(client.messages.allSatisfy { $0.text == text })
    try client.disconnect()
    #expect(client.disconnects == [.init(reasonCode: 0, byBroker: false)])
  }

  @Test("A certificate of an unknown authority is refused in clear words")
  func wrongAuthority() throws {
    let broker = try broker()
    let client = client(broker, TLS(cafile: broker.certificates?.otherCA))
    let error = try failure(client, broker)
    #expect(error?.code == MOSQ_ERR_TLS.code)
    #expect(error?.description.contains("certificate verify failed") == true)
    #expect(client.connection?.isHungUpUnanswered == false)
    #expect(client.disconnects == [.init(reasonCode: MOSQ_ERR_TLS.code, byBroker: false)])
  }

  @Test("The system's authorities do not vouch for a test's certificate")
  func systemAuthorities() throws {
    let broker = try broker()
    let error = #expect(throws: MQTTError.self) { try client(broker, TLS()).connect() }
    #expect(error?.description.contains("certificate verify failed") == true)
  }

  @Test("A certificate for another host is refused in clear words")
  func wrongHost() throws {
    let broker = try broker(wrongHost: true)
    let client = client(broker, TLS(cafile: broker.certificates?.ca), host: "localhost")
    let error = #expect(throws: MQTTError.self) { try client.connect() }
    // Since 2.1 the library leaves the look at the name to OpenSSL.
    let told = ["host name verification failed", "certificate verify failed"]
    #expect(told.contains { error?.description.contains($0) == true })
  }

  @Test("A client certificate opens a listener that asks for one")
  func clientCertificate() throws {
    let broker = try broker(clientCertificate: true)
    let certificates = try #require(broker.certificates)
    let (certificate, key) = certificates.client
    let tls = TLS(cafile: certificates.ca, certfile: certificate, keyfile: key)
    #expect(try client(broker, tls).connect().reasonCode == 0)

    let without = client(broker, TLS(cafile: certificates.ca))
    let error = #expect(throws: MQTTError.self) { try without.connect() }
    #expect(error?.description.contains("certificate") == true)
  }

  @Test("Files that cannot be used are named")
  func files() throws {
    let broker = try broker()
    let certificates = try #require(broker.certificates)
    let missing = #expect(throws: MQTTError.self) {
      try client(broker, TLS(cafile: "/nowhere/ca.crt")).begin()
    }
    #expect(missing?.description == "/nowhere/ca.crt: No such file or directory")

    let notOne = try broker.directory.write("no certificate", to: "bad.crt")
    let bad = #expect(throws: MQTTError.self) { try client(broker, TLS(cafile: notOne)).connect() }
    #expect(bad?.description.contains("bad.crt") == true)

    let pipe = broker.directory.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let waiting = #expect(throws: MQTTError.self) { try client(broker, TLS(cafile: pipe)).begin() }
    #expect(waiting?.call == pipe)

    let half = TLS(cafile: certificates.ca, certfile: certificates.client.certificate)
    let error = #expect(throws: MQTTError.self) { try client(broker, half).begin() }
    #expect(error?.detail == "a certificate and its private key go together")
  }

  @Test("A plain listener is no TLS server")
  func plainListener() throws {
    let plain = try TestBroker()
    let endpoint = Endpoint(host: "127.0.0.1", port: plain.port, tls: TLS())
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    #expect(try failure(client, plain) != nil)
    #expect(client.disconnects.count == 1)
  }

  @Test("A broker without MQTT 5 is recognised by its answer through TLS, too")
  func unsupportedProtocol() throws {
    let server = try AnsweringServer([0x20, 2, 0, 1])
    let tls = TLS(cafile: server.certificates.ca)
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port, tls: tls)
    var client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    // Until openssl listens.
    let isAnswered = try waitUntil {
      client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
      try? client.begin()
      try client.waitForEnd()
      return client.connectResult != nil
    }
    #expect(isAnswered, "\(String(describing: client.connection?.failure))")
    #expect(client.connectResult?.isUnsupportedProtocol == true)
    #expect(client.connection?.failure?.code == MOSQ_ERR_CONN_REFUSED.code)
  }

  @Test("What came in one piece is read to its end, however much is to be acknowledged")
  func onePiece() throws {
    // At QoS 1, topic `t`, with an identifier each.
    let messages = (1...1_500).flatMap { id -> [UInt8] in
      [0x32, 6, 0, 1, 0x74, UInt8(id >> 8), UInt8(id & 0xff), 0]
    }
    let server = try AnsweringServer([0x20, 3, 0, 0, 0] + messages)
    let tls = TLS(cafile: server.certificates.ca)
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port, tls: tls)
    var client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    let isAccepted = try waitUntil {
      client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
      try? client.begin()
      guard let connection = client.connection else { return false }
      return try drive([connection], for: .seconds(5)) { client.connectResult != nil }
    }
    #expect(isAccepted)
    let connection = try #require(client.connection)
    while connection.hasInput { try connection.read() }
    #expect(client.messages.count == 1_500)
  }

  @Test("A server that hangs up in the handshake ends it", arguments: [false, true])
  func hangUp(byReset: Bool) throws {
    let server = try RawServer()
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port, tls: TLS())
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    if byReset { server.reset() } else { server.hangUp() }
    try client.waitForEnd(limit: .seconds(2))
    #expect(client.disconnects.count == 1)
    #expect(connection.failure != nil)
  }
}
