import Presence

/// The one source of chance of a history (Steele, Lea and Flood, 2014). Its own arithmetic, so that a seed means
/// the same history whatever the standard library does.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0..<limit; `limit` is positive.
  mutating func below(_ limit: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  mutating func pick<Element>(_ items: [Element]) -> Element { items[below(items.count)] }

  /// Milliseconds, to the microsecond.
  mutating func duration(_ range: ClosedRange<Int>) -> Duration {
    let width = (range.upperBound - range.lowerBound) * 1000
    return .microseconds(range.lowerBound * 1000 + below(width + 1))
  }
}
