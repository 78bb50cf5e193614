import TestSupport
import Testing

@testable import MQTT

/// A connection whose acknowledgements are withheld for long.
@Suite(.serialized)
struct KeepAliveTests {
  /// MQTT 5 section 3.3: at QoS 1, topic `t`, packet identifier 1.
  private static let message: [UInt8] = [0x32, 6, 0, 1, 0x74, 0, 1, 0]

  @Test("While nothing may be written, a PINGREQ goes past the queue, and nothing else does")
  func pastQueue() throws {
    let raw = try RawBroker.accepting { $0.keepAlive = .seconds(5) }
    raw.server.send(Self.message)
    try raw.client.waitWithoutWriting { !$0.messages.isEmpty }
    #expect(raw.connection.wantsWrite)
    let begin = ContinuousClock.now
    var answered = 0
    while ContinuousClock.now - begin < .seconds(6) {
      try raw.client.waitWithoutWriting(limit: .milliseconds(200)) { _ in false }
      try raw.connection.keepAlive()
      guard let packet = try? raw.server.receive(limit: .zero) else { continue }
      #expect(packet == [0xc0, 0])
      raw.server.send([0xd0, 0])
      answered += 1
    }
    #expect(answered == 2)
    #expect(raw.connection.isOpen)
    try raw.connection.write()
    // The PUBACK that was withheld, and the library's own PINGREQ.
    #expect(try raw.server.receive().starts(with: [0x40, 2, 0, 1]))
  }

  @Test("A broker that asks for a shorter keep-alive gets its PINGREQ sooner")
  func serverKeepAlive() throws {
    let raw = try RawBroker.accepting([0x20, 6, 0, 0, 3, 0x13, 0, 2])
    raw.server.send(Self.message)
    try raw.client.waitWithoutWriting { !$0.messages.isEmpty }
    let packet = try waitUntil(limit: .seconds(4)) {
      try raw.connection.keepAlive()
      return (try? raw.server.receive(limit: .zero)) == [0xc0, 0]
    }
    #expect(packet)
  }
}

extension TestClient {
  /// Reads, and writes nothing, until a condition holds or the time is up.
  fileprivate func waitWithoutWriting(
    limit: Duration = .seconds(5), until condition: (TestClient) -> Bool
  ) throws {
    let end = ContinuousClock.now + limit
    while let connection, !condition(self), ContinuousClock.now < end {
      var poller = Poller()
      let place = poller.add(connection.descriptor)
      try poller.wait(min(.milliseconds(50), end - .now))
      if poller[place].contains(.readable) { try connection.read() }
    }
  }
}
