/// The generator behind a simulated fleet: small, fast, and the same numbers for the same seed.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// A generator of its own for each `stream` of one seed, so that what a client does depends on
  /// the seed and its number and not on who else was asked first.
  public init(seed: UInt64, stream: UInt64) {
    var parent = SplitMix64(seed: seed)
    self.init(seed: parent.next() ^ (stream &* 0x9E37_79B9_7F4A_7C15))
    state = next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
