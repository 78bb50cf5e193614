import Presence
import Testing
import Topics

/// Random bytes, and good messages with a few bytes changed: nothing may crash, and what is taken
/// must keep the contract. A failure shows its seed.
@Suite struct FuzzTests {
  private static let pieces = [
    "presence/", "clients/", "users/", "ann", "/", "/status", "/heartbeat", "/rooms/", "lab", "$",
    "occupancy/", "count/", "é", "+", "#", "\0", "\u{85}", "{", "}", "[", "]", "\"", ":", ",",
    "\"state\"", "\"online\"", "\"rooms\"", "\"epoch\"", "\"timeout\"", "\"data\"", "5", "-", "e",
    ".", "true", "null", "\\", "\\u", "d800", " ", "\"action\"", "\"join\"",
    "999999999999999999999",
  ]

  private static func noise(_ random: inout Seeded) -> [UInt8] {
    (0..<Int.random(in: 0...12, using: &random)).reduce(into: []) { bytes, _ in
      if Int.random(in: 0..<8, using: &random) == 0 {
        bytes.append(.random(in: 0...255, using: &random))
      } else {
        bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
      }
    }
  }

  private static func mutated(_ text: String, _ random: inout Seeded) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[at] = .random(in: 0...255, using: &random)
      case 1: bytes.insert(.random(in: 0...127, using: &random), at: at)
      default: bytes.removeSubrange(at..<min(bytes.count, at + 1))
      }
    }
    return bytes
  }

  private static let payload =
    #"{"state":"online","rooms":["lab","a/b"],"epoch":12,"timeout":2.5,"data":{"b":[1,{}],"a":""}}"#

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `a topic that is taken has only names that are allowed`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var taken = 0
    for _ in 0..<2000 {
      let start = Bool.random(using: &random) ? Array("presence/clients/c".utf8) : []
      let bytes = start + Self.noise(&random)
      bytes.withUnsafeBytes { if isSound(TopicReader(root: "presence").read($0)) { taken += 1 } }
    }
    #expect(taken > 5)
  }

  /// Whether it was taken; expects that its names are good.
  private func isSound(_ topic: Topic) -> Bool {
    switch topic {
    case .heartbeat(let who), .status(let who): expectGood(who)
    case .room(let who, let room):
      expectGood(who)
      #expect(Names.problem(ofRoom: room) == nil)
    case .occupancy(let room), .count(let room): #expect(Names.problem(ofRoom: room) == nil)
    case .invalid: return false
    default: break
    }
    return true
  }

  private func expectGood(_ who: Who) {
    #expect(Names.problem(ofLevel: who.client) == nil)
    if let user = who.user { #expect(Names.problem(ofLevel: user) == nil) }
    #expect(String(validating: who.client, as: UTF8.self) != nil)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `a payload that is taken keeps the contract`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var taken = 0
    for _ in 0..<2000 {
      let bytes =
        Bool.random(using: &random) ? Self.noise(&random) : Self.mutated(Self.payload, &random)
      _ = try? Payload.room(borrowed(bytes))
      _ = try? Payload.heartbeat(borrowed(bytes))
      _ = RetainedSnapshot.read(borrowed(bytes))
      guard case .online(let birth) = try? Payload.status(borrowed(bytes)) else { continue }
      taken += 1
      expectGood(birth)
    }
    #expect(taken > 20)
  }

  private func expectGood(_ birth: Birth) {
    for room in birth.rooms ?? [] { #expect(Names.problem(ofRoom: room) == nil) }
    #expect(Set(birth.rooms ?? []).count == (birth.rooms ?? []).count)
    if let epoch = birth.epoch { #expect((0..<1 << 53).contains(epoch)) }
    if let timeout = birth.timeout, timeout != .zero {
      #expect(timeout >= .milliseconds(100) && timeout <= .seconds(31_622_400))
    }
    if let kept = birth.data { #expect((try? data(text(kept))) == text(kept)) }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a time that is read is the one that was written`(seed: UInt64) {
    var random = Seeded(seed: seed)
    for _ in 0..<2000 {
      let bytes = Self.mutated("2026-11-23T20:10:05.123Z", &random)
      guard let time = Timestamp.read(bytes) else { continue }
      var again: [UInt8] = []
      Timestamp.append(millisecondsSince1970: time, to: &again)
      #expect(again == bytes)
    }
  }
}
