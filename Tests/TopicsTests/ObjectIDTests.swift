import Testing
import Topics

@Suite struct ObjectIDTests {
  static let names: [(name: String, id: String)] = [
    ("lab", "lab"), ("Lab-2", "Lab-2"), ("a/b", "a_2fb"), ("a b", "a_20b"), ("a_b", "a_5fb"),
    ("a_2fb", "a_5f2fb"), ("_", "_5f"), ("Küche", "K_c3_bcche"), ("Ku\u{308}che", "Ku_cc_88che"),
    ("厨", "_e5_8e_a8"), ("🛋", "_f0_9f_9b_8b"), ("config", "config"), (".", "_2e"), ("~", "_7e"),
    ("{{ 1 }}", "_7b_7b_201_20_7d_7d"), (#"a"b\"#, "a_22b_5c"), ("az-AZ-09", "az-AZ-09"),
    ("@[`{/:", "_40_5b_60_7b_2f_3a"),
  ]

  @Test(arguments: names)
  func `a name has one id, and the id tells the name`(name: String, id: String) {
    #expect(text(ObjectID.write(name.utf8)) == id)
    #expect(ObjectID.read(id.utf8) == Array(name.utf8))
  }

  @Test func `each byte alone is safe and comes back`() throws {
    for byte in UInt8.min ... .max {
      let id = ObjectID.write([byte])
      #expect(id.allSatisfy(isSafe), "\(byte)")
      #expect(ObjectID.read(id) == [byte])
    }
  }

  @Test(arguments: ["_", "_2", "_2F", "_2g", "_61", "_2d", "a b", "a/b", "é", "_5f_", "a.b"])
  func `what no name is written as is no id`(id: String) {
    #expect(ObjectID.read(id.utf8) == nil)
  }

  /// Names of the bytes that the escape itself is made of are those that could collide.
  @Test func `no two of many random names share an id`() {
    var random = Random(state: 20_261_123)
    var names: [[UInt8]: [UInt8]] = [:]
    let bytes = Array("_2f5/ aF-".utf8) + [0xc3, 0xa9, 0xff]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...6, using: &random)
      let name = (0..<count).map { _ in bytes.randomElement(using: &random) ?? 0 }
      let id = ObjectID.write(name)
      #expect(names[id] ?? name == name)
      #expect(ObjectID.read(id) == name)
      names[id] = name
    }
    #expect(names.count > 5_000)
  }

  @Test func `the longest room has the longest id`() {
    #expect(ObjectID.write([UInt8](repeating: 0xff, count: 256)).count == 768)
  }

  private func isSafe(_ byte: UInt8) -> Bool {
    Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".utf8).contains(byte)
  }

  /// A linear congruential generator (Knuth's MMIX), so that each run draws the same names.
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 33
    }
  }
}
