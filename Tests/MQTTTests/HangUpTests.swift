import TestSupport
import Testing

@testable import MQTT

/// A broker that ends the connection says why just before it closes its socket. Mosquitto 2.0.11 is none of those when
/// somebody takes the session over: it closes the socket without a word.
@Suite(.serialized)
struct HangUpTests {
  /// MQTT 5 section 3.14: session taken over.
  private static let takenOver: [UInt8] = [0xe0, 2, 142, 0]
  /// Section 3.3: at QoS 1, topic `t`, packet identifier 1.
  private static let message: [UInt8] = [0x32, 6, 0, 1, 0x74, 0, 1, 0]

  @Test(
    "The reason is heard though something was to be written first", arguments: [false, true])
  func reason(byReset: Bool) throws {
    let raw = try RawBroker.accepting()
    raw.server.send(Self.message + Self.takenOver)
    if byReset { raw.server.reset() } else { raw.server.hangUp() }
    #expect(waitUntil { raw.connection.hasBytes })
    try raw.connection.publish("a", [1], qos: .atLeastOnce, retain: false)
    for _ in 0..<10 where raw.connection.isOpen { try raw.connection.write() }
    #expect(raw.client.messages.count == 1)
    #expect(raw.client.disconnects == [.init(reasonCode: 142, byBroker: true)])
  }
}
