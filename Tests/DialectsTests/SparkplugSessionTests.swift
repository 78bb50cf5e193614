import Testing

@testable import Dialects

@Suite struct SparkplugSessionTests {
  private typealias Payload = SparkplugPayload

  private func session(_ payload: [UInt8]) -> SparkplugSession {
    payload.withUnsafeBytes { SparkplugSession($0) }
  }

  private func metric(_ fields: [UInt8]...) -> [UInt8] { Payload.bytes(2, fields.flatMap { $0 }) }

  @Test(arguments: [0, 1, 127, 128, 255, 256, 1 << 53 - 2] as [UInt64])
  func `the number is read, whatever stands around it`(number: UInt64) {
    #expect(session(Payload.birth(number)) == .number(Int64(number)))
    #expect(session(Payload.session(number) + Payload.body) == .number(Int64(number)))
  }

  @Test func `the fields of the metric may come in any order`() {
    let name = Payload.text(1, "bdSeq")
    #expect(session(metric(Payload.number(11, 5), Payload.number(4, 4), name)) == .number(5))
    #expect(session(metric(Payload.number(10, 5), name)) == .number(5))
  }

  @Test func `of a field that comes twice the last counts`() {
    #expect(
      session(
        metric(
          Payload.text(1, "x"), Payload.number(10, 1), Payload.number(11, 2),
          Payload.text(1, "bdSeq")))
        == .number(2))
    #expect(session(Payload.session(1) + Payload.session(2)) == .number(2))
  }

  @Test func `without the metric, or its value, no session is named`() {
    #expect(session([]) == .unnamed)
    #expect(session(Payload.body) == .unnamed)
    #expect(session(metric(Payload.text(1, "bdSeq"))) == .unnamed)
    #expect(session(metric(Payload.text(1, "bdSeq "), Payload.number(11, 5))) == .unnamed)
    #expect(
      session(metric(Payload.text(1, "bdSeq"), Payload.number(11, 5), Payload.number(7, 1)))
        == .unnamed)
    // A compressed payload: everything is within `body`.
    #expect(
      session(Payload.text(4, "SPBV1.0_COMPRESSED") + Payload.bytes(5, [1, 2, 3])) == .unnamed)
  }

  @Test func `fields that are not known, or of another type than ours, are skipped`() {
    let unknown =
      Payload.number(500, 1) + Payload.text(501, "x") + Payload.varint(502 << 3 | 1)
      + [UInt8](repeating: 0xff, count: 8) + Payload.varint(503 << 3 | 5) + [1, 2, 3, 4]
      + Payload.number(2, 9)
    #expect(session(unknown + Payload.session(6) + unknown) == .number(6))
    #expect(session(metric(unknown, Payload.text(1, "bdSeq"), Payload.number(11, 6))) == .number(6))
  }

  @Test(arguments: [1 << 53 - 1, 1 << 53, .max] as [UInt64])
  func `a number that is none is unreadable`(number: UInt64) {
    #expect(session(Payload.session(number)) == .unreadable)
  }

  @Test func `what is cut off is unreadable, except between two fields`() {
    let death = Payload.death(200)
    let between = Payload.number(1, 1_700_000_000_000).count
    for end in 1..<death.count {
      #expect(
        session(Array(death.prefix(end))) == (end == between ? .unnamed : .unreadable), "\(end)")
    }
  }

  @Test func `groups, types and fields that do not exist, and overlong numbers are unreadable`() {
    for bytes: [UInt8] in [
      [0x0b, 0x0c], [0x0c], [0x0e], [0x0f], [0x00, 0x01], [0x02, 0x00],
      [0x08] + [UInt8](repeating: 0x80, count: 10) + [0x00],
      [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x02],
      Payload.varint(1 << 32 | 0) + [0], [0x12] + Payload.varint(.max), [0x12, 0x01],
    ] {
      #expect(session(bytes) == .unreadable, "\(bytes)")
      #expect(session(metric(bytes) + Payload.session(1)) == .unreadable, "\(bytes)")
    }
  }

  @Test func `the longest number is read`() {
    #expect(session([0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]) == .unnamed)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `any bytes are taken`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var kinds: Set<String> = []
    for _ in 0..<2000 {
      var bytes = Payload.birth(.random(in: 0...300, using: &random))
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      for payload in [bytes, Noise.bytes(upTo: 40, &random)] {
        switch session(payload) {
        case .number(let number):
          #expect((0..<SparkplugSession.unnamedEpoch).contains(number))
          kinds.insert("number")
        case .unnamed: kinds.insert("unnamed")
        case .unreadable: kinds.insert("unreadable")
        }
      }
    }
    #expect(kinds.count == 3)
  }
}
