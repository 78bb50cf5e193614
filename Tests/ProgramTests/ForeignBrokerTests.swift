import Glibc
import TestSupport
import Testing

/// A server that is no broker of ours, or none at all.
@Suite(.serialized)
struct ForeignBrokerTests {
  /// A CONNACK (MQTT 5 section 3.2) with a property 0x7f, which does not exist.
  private static let unknownProperty: [UInt8] = [0x20, 5, 0, 0, 2, 0x7f, 0]

  @Test("A property that MQTT 5 does not know is the end of the attempt, and not of the bridge")
  func bridge() throws {
    let server = try RawServer()
    let bridge = try BridgeProcess(port: server.port, ["protocol": "5"])
    for _ in 0..<3 {
      try server.accept()
      _ = try server.receive()
      server.send(Self.unknownProperty)
    }
    #expect(waitUntil { bridge.log.contains("a property that MQTT 5 does not have: 127") })
    #expect(try bridge.stop(limit: .seconds(4)) == .code(0))
  }

  @Test("To a command it is a failure with a reason", arguments: ["rooms", "watch", "members lab"])
  func command(line: String) throws {
    let server = try RawServer()
    let words = line.split(separator: " ").map(String.init)
    let child = try ProgramRun.start(words + ["-p", String(server.port)])
    try server.accept()
    _ = try server.receive()
    server.send(Self.unknownProperty)
    #expect(child.waitForExit() == .code(1))
    #expect(child.errors.contains("a property that MQTT 5 does not have: 127"))
  }
}
