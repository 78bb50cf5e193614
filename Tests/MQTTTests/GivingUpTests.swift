import Foundation
import Glibc
import TestSupport
import Testing

@testable import MQTT

/// A connection that is given up is closed at once.
@Suite(.serialized)
struct GivingUpTests {
  /// What the open descriptors of this process stand for, such as `socket:[4711]`. Other tests have some, too.
  private func openFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Self.file)
  }

  private static func file(_ descriptor: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
  }

  @Test("Closed, it has no socket, and the broker publishes its will")
  func close() throws {
    let broker = try TestBroker()
    let watcher = TestClient(broker, id: "watcher")
    try watcher.connect()
    try watcher.subscribe("will")
    let client = TestClient(broker, id: "one") {
      $0.will = Will(topic: "will", payload: [0x31], qos: .atLeastOnce, retain: false)
    }
    try client.connect()
    let connection = try #require(client.connection)
    connection.close()
    #expect(connection.descriptor == nil)
    #expect(!connection.isOpen && !connection.wantsWrite && !connection.hasInput)
    #expect(throws: MQTTError.self) { try connection.read() }
    try watcher.wait(forMessage: "will", "1")
    #expect(client.disconnects == [])
    connection.close()
  }

  @Test("Closed in a callback, it hands over no more of what it had begun to read")
  func closeInCallback() throws {
    let raw = try RawBroker.accepting()
    // As many packets are read at once as own messages are in flight.
    for _ in 0..<10 {
      try raw.connection.publish("a", [1], qos: .atLeastOnce, retain: false)
    }
    raw.client.whenReceived = { $0.connection?.close() }
    raw.server.send((0..<10).flatMap { _ in [0x30, 5, 0, 1, 0x74, 0, 0x31] as [UInt8] })
    _ = try drive([raw.connection], for: .seconds(5)) { !raw.connection.isOpen }
    #expect(raw.client.messages.count == 1)
    #expect(raw.connection.descriptor == nil)
    #expect(raw.client.disconnects == [])
  }

  @Test("An end that the library did not notice leaves no socket behind")
  func ended() throws {
    let server = try RawServer()
    let client = TestClient(
      ConnectionOptions(
        endpoint: Endpoint(host: "127.0.0.1", port: server.port, tls: TLS()), clientID: "id"))
    try client.begin()
    let connection = try #require(client.connection)
    _ = try drive([connection], for: .seconds(5)) { connection.phase == .awaitingConnack }
    let socket = try #require(connection.descriptor.flatMap { Self.file("\($0)") })
    try server.accept()
    server.reset()
    try client.waitForEnd()
    #expect(try !openFiles().contains(socket))
    withExtendedLifetime(connection) {}
  }

  @Test("Given up while its name is resolved, it leaves no descriptor behind")
  func resolving() throws {
    let before = try Set(openFiles())
    for _ in 0..<100 {
      let endpoint = Endpoint(host: "localhost", port: 1)
      let client = TestClient(ConnectionOptions(endpoint: endpoint, clientID: "one"))
      try client.begin()
      client.connection?.close()
    }
    // Each would leave two or more sockets.
    let settled = try waitUntil(limit: .seconds(20)) {
      try Set(openFiles()).subtracting(before).count < 100
    }
    #expect(settled)
  }
}
