import Testing
import Topics

@testable import Dialects

@Suite struct ClientNameTests {
  private func joined(_ levels: [String]) -> String {
    let bytes = levels.map { Array($0.utf8) }
    let all = bytes.flatMap { $0 }
    return all.withUnsafeBytes { all in
      var at = 0
      let parts = bytes.map { level in
        defer { at += level.count }
        return UnsafeRawBufferPointer(rebasing: all[at..<at + level.count])
      }
      return String(decoding: ClientName.joined(parts), as: UTF8.self)
    }
  }

  private func escaped(_ id: [UInt8]) -> [UInt8] { id.withUnsafeBytes { ClientName.escaped($0) } }

  @Test(
    arguments: [
      (["lamp"], "lamp"), (["a", "b", "c"], "a:b:c"), (["a:b", "c"], "a%3Ab:c"),
      (["a", "b:c"], "a:b%3Ac"), (["50%", "x"], "50%25:x"), (["a%3Ab"], "a%253Ab"),
      (["Küche", "Lampe 1"], "Küche:Lampe 1"), ([], ""),
    ] as [([String], String)])
  func `levels are joined so that they can be told apart`(levels: [String], name: String) {
    #expect(joined(levels) == name)
  }

  @Test(
    arguments: [
      ("plug-7", "plug-7"), ("a/b", "a%2Fb"), ("+#", "%2B%23"), ("a%2Fb", "a%252Fb"),
      ("a:b", "a:b"), ("a\u{1f} \u{7f}", "a%1F %7F"), ("\u{85}é\u{a0}", "%C2%85é\u{a0}"), ("", ""),
      ("\u{ffff}", "%EF%BF%BF"), ("\u{1fffe}x", "%F0%9F%BF%BEx"),
    ] as [(String, String)])
  func `an id keeps what a level may hold`(id: String, name: String) {
    #expect(String(decoding: escaped(Array(id.utf8)), as: UTF8.self) == name)
  }

  @Test func `each character of an id that is not empty makes a good level of its own`() {
    var seen: Set<[UInt8]> = []
    for scalar in (0...0x10ffff as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
    where scalar.value < 0x3000 || scalar.value & 0xffff > 0xfd00 {
      let name = escaped(Array(String(Character(scalar)).utf8))
      #expect(Names.problem(ofLevel: name) == nil)
      #expect(seen.insert(name).inserted)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `any bytes can be read back`(seed: UInt64) {
    var random = Seeded(seed: seed)
    for _ in 0..<1000 {
      let id = Noise.bytes(upTo: 12, &random)
      #expect(decoded(escaped(id)) == id)
    }
  }

  private func decoded(_ name: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var at = 0
    while at < name.count {
      if name[at] == UInt8(ascii: "%") {
        let digits = String(decoding: name[at + 1...at + 2], as: UTF8.self)
        bytes.append(UInt8(digits, radix: 16) ?? 0)
        at += 2
      } else {
        bytes.append(name[at])
      }
      at += 1
    }
    return bytes
  }
}
