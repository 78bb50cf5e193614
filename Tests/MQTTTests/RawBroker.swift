import TestSupport
import Testing

@testable import MQTT

/// A client of a server that is played by the test, byte by byte.
struct RawBroker {
  let server: RawServer
  let client: TestClient
  let connection: Connection

  /// MQTT 5 section 3.2: no session, success, no properties.
  static let welcome: [UInt8] = [0x20, 3, 0, 0, 0]

  /// Connects a client up to its CONNECT; `answer` is then sent.
  init(
    answering answer: [UInt8] = welcome, _ configure: (inout ConnectionOptions) -> Void = { _ in }
  ) throws {
    server = try RawServer()
    var options = ConnectionOptions(
      endpoint: Endpoint(host: "127.0.0.1", port: server.port), clientID: "id")
    configure(&options)
    client = TestClient(options)
    try client.begin()
    let connection = try #require(client.connection)
    self.connection = connection
    _ = try drive([connection], for: .seconds(5)) { !connection.wantsWrite }
    try server.accept()
    _ = try server.receive()
    server.send(answer)
  }

  /// Connects a client and lets the server accept it.
  static func accepting(
    _ answer: [UInt8] = welcome, _ configure: (inout ConnectionOptions) -> Void = { _ in }
  ) throws -> RawBroker {
    let raw = try RawBroker(answering: answer, configure)
    try raw.client.wait(for: "CONNACK") { $0.connectResult != nil }
    return raw
  }
}
