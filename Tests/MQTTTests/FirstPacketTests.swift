import CMosquitto
import TestSupport
import Testing

@testable import MQTT

/// libmosquitto 2.0.11 ends the process over a property that it does not know: in these tests' process, too.
@Suite(.serialized)
struct FirstPacketTests {
  /// A CONNACK with these bytes as its properties.
  private static func connack(_ properties: [UInt8]) -> [UInt8] {
    [0x20, UInt8(3 + properties.count), 0, 0, UInt8(properties.count)] + properties
  }

  /// MQTT 5 section 3.2.2.3, each property of its table.
  private static let complete: [UInt8] =
    [
      0x11, 0, 0, 0, 1, 0x21, 0, 1, 0x24, 1, 0x25, 1, 0x27, 0, 0, 1, 0, 0x12, 0, 1, 0x61, 0x22, 0,
      1,
    ]
    + [0x1f, 0, 1, 0x61, 0x26, 0, 1, 0x61, 0, 1, 0x62, 0x28, 1, 0x29, 1, 0x2a, 1, 0x13, 0, 9]
    + [0x1a, 0, 1, 0x61, 0x1c, 0, 1, 0x61, 0x15, 0, 1, 0x61, 0x16, 0, 1, 0x61]

  @Test(
    "Whatever MQTT 5 knows is sound, and what the library refuses by itself is left to it",
    arguments: [
      [], connack([]), connack(complete), [0xe0, 0], [0xe0, 1, 142],
      [0xe0, 2, 142, 0], [0xf0, 2, 0x18, 0], [0x30, 3, 0, 1, 0x61], [0, 0], [0x20, 0],
    ] as [[UInt8]])
  func sound(bytes: [UInt8]) {
    #expect(FirstPacket(bytes) == .sound)
  }

  @Test("A CONNACK of MQTT 3.1.1 says that the broker does not speak MQTT 5", arguments: 0...5)
  func olderVersion(code: UInt8) throws {
    let answer: [UInt8] = [0x20, 2, 0, code]
    #expect(FirstPacket(answer) == .olderVersion)
    let raw = try RawBroker(answering: answer)
    try raw.client.waitForEnd()
    #expect(raw.client.connectResult?.isUnsupportedProtocol == true)
    #expect(raw.connection.failure?.code == MOSQ_ERR_CONN_REFUSED.code)
    #expect(raw.client.disconnects.count == 1)
  }

  @Test(
    "Properties that MQTT 5 does not have, or that do not fit, are kept from the library",
    arguments: [
      connack([0x04]), connack([0x7f, 0]), connack([0x91, 0]), connack([0x24, 1, 0]),
      connack([0x1f, 0, 9, 0x61]), connack([0x11, 0]), [0xe0, 4, 142, 2, 0x7f, 0],
      [0xf0, 4, 0x18, 2, 0x05, 0], [0x20, 3, 0, 0, 1], [0x20, 4, 0, 0, 0, 0x7f],
      [0x20, 0xff, 0xff, 0xff, 0xff], [0x20, 0xff, 0xff, 0xff, 0x7f],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) throws {
    guard case .malformed = FirstPacket(bytes) else {
      Issue.record("\(bytes) is \(FirstPacket(bytes))")
      return
    }
    let raw = try RawBroker(answering: bytes)
    try raw.client.waitForEnd()
    #expect(raw.connection.failure?.call == "CONNACK")
    #expect(raw.connection.failure?.detail.hasPrefix("malformed: ") == true)
    #expect(!raw.connection.isHungUpUnanswered)
    #expect(raw.client.disconnects.count == 1)
  }

  @Test("Every beginning of a packet is waited for, without turning idly, and then it is read")
  func pieces() throws {
    let whole = Self.connack(Self.complete.filter { _ in true })
    for count in 1..<whole.count {
      guard case .incomplete(let wanted) = FirstPacket(Array(whole.prefix(count))) else {
        Issue.record("\(count) bytes are enough")
        continue
      }
      #expect(wanted > count && wanted <= whole.count)
    }
    let raw = try RawBroker(answering: Array(whole.prefix(10)))
    #expect(waitUntil { raw.connection.hasBytes })
    var turns = 0
    let came = try drive([raw.connection], for: .milliseconds(300)) {
      turns += 1
      return raw.client.connectResult != nil
    }
    #expect(!came && turns < 20 && raw.connection.isOpen)
    raw.server.send(Array(whole.dropFirst(10)))
    // The client identifier is not the broker's to choose, as ours has one: what matters is that it is read.
    try raw.client.waitForEnd()
    #expect(raw.connection.failure?.call == "mosquitto_loop_read")
  }

  @Test("A server that hangs up within its first packet is noticed", arguments: [false, true])
  func hangUp(byReset: Bool) throws {
    let raw = try RawBroker(answering: [0x20, 9, 0])
    #expect(waitUntil { raw.connection.hasBytes })
    _ = try drive([raw.connection], for: .milliseconds(50)) { raw.connection.awaitsRest }
    if byReset { raw.server.reset() } else { raw.server.hangUp() }
    try raw.client.waitForEnd()
    #expect(raw.connection.isHungUpUnanswered)
  }

  @Test("No first packet ends the process", .timeLimit(.minutes(2)))
  func random() throws {
    var generator = Generator(state: 1)
    for _ in 0..<300 {
      let raw = try RawBroker(answering: generator.packet())
      raw.server.hangUp()
      try raw.client.waitForEnd()
    }
  }
}

/// Packets that are nearly right.
private struct Generator {
  var state: UInt64

  mutating func number(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }

  mutating func packet() -> [UInt8] {
    var properties: [UInt8] = []
    for _ in 0..<number(below: 4) {
      properties.append(UInt8(number(below: 48)))
      for _ in 0..<number(below: 6) { properties.append(UInt8(number(below: 6))) }
    }
    let body = [0, 0, UInt8(max(0, properties.count + number(below: 3) - 1))] + properties
    let type = [0x20, 0x20, 0x20, 0xe0, 0xf0, 0x30][number(below: 6)]
    return [UInt8(type), UInt8(max(0, body.count + number(below: 5) / 4))] + body
  }
}
