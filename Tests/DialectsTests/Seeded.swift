/// The generator of the fuzz tests: the same bytes for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// What no system would send.
enum Noise {
  static func bytes(upTo count: Int, _ random: inout Seeded) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &random)).map { _ in
      .random(in: 0...255, using: &random)
    }
  }

  /// `text` with one to four bytes changed, put in, taken out, or its end cut off.
  static func mutated(_ text: String, _ random: inout Seeded) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: bytes[at] = .random(in: 0...255, using: &random)
      case 3...4: bytes.insert(.random(in: 0...127, using: &random), at: at)
      case 5...6: bytes.remove(at: at)
      default: bytes.removeSubrange(at...)
      }
    }
    return bytes
  }
}
