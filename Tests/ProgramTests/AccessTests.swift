import MQTT
import TestSupport
import Testing

/// TLS, logins, and what is said when they fail.
struct AccessTests {
  private func secret(_ text: String) throws -> (TemporaryDirectory, String) {
    let directory = try TemporaryDirectory()
    return (directory, try directory.write("\(text)\nmore\n", to: "password"))
  }

  @Test(
    "Over TLS, with an authority and a client's certificate, the bridge works",
    arguments: [ProtocolVersion.v5, .v311])
  func tls(version: ProtocolVersion) throws {
    let broker = try TestBroker {
      $0.tls = .init()
      $0.tls?.requiresClientCertificate = true
    }
    let certificates = try #require(broker.certificates)
    let bridge = try BridgeProcess(
      port: broker.tlsPort,
      [
        "broker": "mqtts://localhost:\(broker.tlsPort)", "cafile": certificates.ca,
        "certfile": certificates.client.certificate, "keyfile": certificates.client.key,
        "protocol": version == .v5 ? "5" : "3.1.1",
      ])
    let observer = try Observer(broker)
    let pump = Device(broker, "pump")
    try pump.client.connect()
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    try pump.join("lab")
    try observer.client.wait(forMessage: "presence/count/lab", "1")
    #expect(try bridge.stop() == .code(0))
  }

  @Test("A broker of another authority, or of another name, is refused, and tried again")
  func untrusted() throws {
    let broker = try TestBroker { $0.tls = .init() }
    let elsewhere = try TestBroker {
      $0.tls = .init()
      $0.tls?.wrongHost = true
    }
    for (server, ca) in [
      (broker, try #require(broker.certificates).otherCA),
      (elsewhere, try #require(elsewhere.certificates).ca),
    ] {
      let bridge = try BridgeProcess(
        port: server.tlsPort,
        ["broker": "mqtts://localhost:\(server.tlsPort)", "cafile": ca])
      #expect(waitUntil { bridge.log.components(separatedBy: "trying again").count > 2 })
      #expect(bridge.log.lowercased().contains("certificate"), "\(bridge.log)")
      #expect(!bridge.isLive)
      #expect(try bridge.stop() == .code(0))
    }
  }

  @Test(
    "With its user and password the bridge works", arguments: [ProtocolVersion.v5, .v311])
  func login(version: ProtocolVersion) throws {
    let broker = try TestBroker { $0.users = ["rollcall": "secret"] }
    let (directory, password) = try secret("secret")
    defer { withExtendedLifetime(directory) {} }
    let bridge = try BridgeProcess(
      port: broker.port,
      [
        "username": "rollcall", "password_file": password,
        "protocol": version == .v5 ? "5" : "3.1.1",
      ])
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    #expect(try bridge.stop() == .code(0))
  }

  @Test(
    "With a wrong password it says that it is refused, and tries again",
    arguments: [ProtocolVersion.v5, .v311])
  func wrongPassword(version: ProtocolVersion) throws {
    let broker = try TestBroker { $0.users = ["rollcall": "secret"] }
    let (directory, password) = try secret("guess")
    let bridge = try BridgeProcess(
      port: broker.port,
      [
        "username": "rollcall", "password_file": password,
        "protocol": version == .v5 ? "5" : "3.1.1",
      ])
    #expect(
      waitUntil { bridge.log.components(separatedBy: "refuses the connection").count > 2 },
      "\(bridge.log)")
    #expect(bridge.log.lowercased().contains("not authori"), "\(bridge.log)")
    #expect(bridge.log.contains(" (username rollcall, password_file \(password)); trying again"))
    let lines = bridge.log.split(separator: "\n")
    #expect(lines.filter { $0.contains("trying again") && !$0.contains("refuses the") } == [])
    #expect(!bridge.log.contains("guess"))
    #expect(try bridge.stop(limit: .seconds(4)) == .code(0))
    _ = directory
  }

  @Test("Without `protocol`, the bridge speaks MQTT 5, and 3.1.1 where that is refused")
  func automatic() throws {
    let server = try RawServer()
    let bridge = try BridgeProcess(port: server.port, ["protocol": "auto"])
    // A CONNECT's ninth byte is its protocol level: a fixed header of two bytes, then "MQTT" with its length.
    try server.accept()
    #expect(try server.receive()[8] == 5)
    server.send([0x20, 2, 0, 1])  // CONNACK: unacceptable protocol version
    server.hangUp()
    try server.accept()
    #expect(try server.receive()[8] == 4)
    #expect(waitUntil { bridge.log.contains("3.1.1") })
    #expect(try bridge.stop() == .code(0))
  }

  @Test("A broker that hangs up on MQTT 5 is asked with 3.1.1 after the third time")
  func hangsUp() throws {
    let server = try RawServer()
    let bridge = try BridgeProcess(port: server.port, ["protocol": "auto"])
    for level: UInt8 in [5, 5, 5, 4, 5] {
      try server.accept()
      #expect(try server.receive()[8] == level)
      server.hangUp()
    }
    #expect(bridge.log.contains("hangs up on MQTT 5; trying 3.1.1"))
    #expect(try bridge.stop() == .code(0))
  }

  @Test("A broker that comes later is spoken to with MQTT 5, and the bridge says so")
  func brokerComesLater() throws {
    let broker = try TestBroker()
    try broker.stop()
    let settings = ["protocol": "auto", "reconnect_max": "50ms"]
    let bridge = try BridgeProcess(port: broker.port, settings)
    // A line a second, which tells how many were left out.
    #expect(waitUntil { bridge.log.contains("more of the kind") }, "\(bridge.log)")
    try broker.start()
    #expect(waitUntil { bridge.isLive }, "\(bridge.log)")
    #expect(bridge.log.contains("live on mqtt://127.0.0.1:\(broker.port) with MQTT 5: "))
    let client = TestClient(broker, id: "reader")
    try client.connect()
    try client.subscribe("presence/bridge/stats")
    #expect(
      try client.wait(forMessage: "presence/bridge/stats").text.contains(#""protocol":"5""#))
    #expect(try bridge.stop() == .code(0))
  }
}
