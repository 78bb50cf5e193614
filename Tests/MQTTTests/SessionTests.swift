import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct SessionTests {
  /// A client whose session outlives its connection.
  private func lasting(
    _ broker: TestBroker, _ version: ProtocolVersion = .v5, expiry: Duration = .seconds(600)
  ) -> TestClient {
    TestClient(broker, id: "lasting") {
      $0.protocolVersion = version
      $0.cleanStart = false
      $0.sessionExpiry = expiry
    }
  }

  @Test(
    "A session outlives its connection and keeps messages", arguments: [ProtocolVersion.v5, .v311])
  func kept(version: ProtocolVersion) throws {
    let broker = try TestBroker()
    let client = lasting(broker, version)
    #expect(try !client.connect().sessionPresent)
    try client.subscribe("mail")
    client.cut()

    let sender = TestClient(broker, id: "sender")
    try sender.connect()
    try sender.publish("mail", "while away")

    #expect(try client.connect().sessionPresent)
    try client.wait(forMessage: "mail", "while away")
  }

  @Test("Without an expiry an MQTT 5 session ends with its connection")
  func unkept() throws {
    let broker = try TestBroker()
    let client = lasting(broker, expiry: .zero)
    try client.connect()
    try client.subscribe("mail")
    client.cut()
    _ = waitUntil { broker.hasLogged("lasting", "closed") }
    #expect(try !client.connect().sessionPresent)
  }

  @Test("A session is gone once it has expired")
  func expired() throws {
    let broker = try TestBroker()
    let client = lasting(broker, expiry: .milliseconds(900))
    try client.connect()
    client.cut()
    #expect(waitUntil { broker.log.contains("Expiring client lasting") })
    #expect(try !client.connect().sessionPresent)
  }

  @Test("A clean start discards the session")
  func cleanStart() throws {
    let broker = try TestBroker()
    try lasting(broker).connect()
    let clean = TestClient(broker, id: "lasting")
    #expect(try !clean.connect().sessionPresent)
  }

  @Test("A session survives a restart of a broker that persists")
  func brokerRestart() throws {
    let broker = try TestBroker { $0.persistence = true }
    let client = lasting(broker)
    try client.connect()
    try client.subscribe("mail")
    try client.publish("kept", "still here", retain: true)
    try broker.stop()
    try broker.start()
    #expect(try client.connect().sessionPresent)
    try client.subscribe("kept")
    #expect(try client.wait(forMessage: "kept", "still here").retain)
  }

  @Test("Messages read but not acknowledged come again", arguments: [ProtocolVersion.v5, .v311])
  func withheld(version: ProtocolVersion) throws {
    let broker = try TestBroker()
    let client = lasting(broker, version)
    try client.connect()
    try client.subscribe("work")
    try publishFive(broker)
    try readOnly(client)
    client.cut()

    let numbers = (0..<5).map(String.init)
    #expect(client.messages.map(\.text) == numbers)
    client.messages = []
    try client.connect()
    try client.wait(for: "redelivery") { $0.messages.count == 5 }
    #expect(client.messages.map(\.text) == numbers)
  }

  @Test("Messages read and acknowledged do not come again")
  func acknowledged() throws {
    let broker = try TestBroker()
    let client = lasting(broker)
    try client.connect()
    try client.subscribe("work")
    try publishFive(broker)
    try readOnly(client)
    try client.connection?.write()
    // What is sent on one connection is taken in order: once this is answered the acknowledgements have arrived.
    try client.subscribe("other")
    client.cut()

    client.messages = []
    #expect(try client.connect().sessionPresent)
    try client.publish("other", "mark")
    try client.wait(forMessage: "other")
    #expect(client.messages.map(\.topic) == ["other"])
  }

  private func publishFive(_ broker: TestBroker) throws {
    let sender = TestClient(broker, id: "sender")
    try sender.connect()
    for number in 0..<5 { try sender.publish("work", "\(number)") }
  }

  /// Reads five messages and writes nothing.
  private func readOnly(_ client: TestClient) throws {
    let connection = try #require(client.connection)
    var poller = Poller()
    while client.messages.count < 5 {
      poller.removeAll()
      let place = poller.add(connection.descriptor)
      try #require(try poller.wait(.seconds(5)) == 1)
      if poller[place].contains(.readable) { try connection.read() }
    }
  }

  @Test("Who connects with the same identifier ends the older connection")
  func takenOver() throws {
    let broker = try TestBroker()
    let (old, new) = (TestClient(broker, id: "same"), TestClient(broker, id: "same"))
    try old.connect()
    try new.connect()
    try old.waitForEnd()
    // Mosquitto 2.0.11 just hangs up; other brokers say 142 (below).
    #expect(old.disconnects.count == 1)
    #expect(new.connection?.isOpen == true)
  }

  @Test(
    "A session taken over is told by the broker's DISCONNECT, once",
    arguments: [[0xe0, 1, 142], [0xe0, 2, 142, 0]] as [[UInt8]], [0, 3])
  func takenOverBySaying(disconnect: [UInt8], inFlight: Int) throws {
    let server = try RawServer()
    let endpoint = Endpoint(host: "127.0.0.1", port: server.port)
    let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "same"))
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    // CONNACK (section 3.2): accepted, no session, no properties.
    server.send([0x20, 3, 0, 0, 0])
    try client.wait(for: "CONNACK") { $0.connectResult != nil }
    for _ in 0..<inFlight {
      try connection.publish("t", [], qos: .atLeastOnce, retain: false)
    }
    server.send(disconnect)
    try client.waitForEnd()
    #expect(client.disconnects == [.init(reasonCode: 142, byBroker: true)])
    #expect(connection.failure?.description == "DISCONNECT: Session taken over")
    #expect(connection.descriptor == nil)
  }

  @Test("The will is published for who is cut off, not for who leaves", arguments: [false, true])
  func will(leaves: Bool) throws {
    let broker = try TestBroker()
    let watcher = TestClient(broker, id: "watcher")
    try watcher.connect()
    try watcher.subscribe("will", "end")
    let client = TestClient(broker, id: "mortal") {
      $0.will = Will(topic: "will", payload: Array("gone".utf8), qos: .atLeastOnce, retain: true)
    }
    try client.connect()
    if leaves {
      try client.disconnect()
      #expect(waitUntil { broker.hasLogged("mortal", "disconnected") })
      try watcher.publish("end", "")
      try watcher.wait(forMessage: "end")
      #expect(watcher.messages.map(\.topic) == ["end"])
    } else {
      client.cut()
      let message = try watcher.wait(forMessage: "will", "gone")
      #expect(!message.retain)
    }
  }
}
