/// Topics as a building would have them, in an order that is shuffled with a fixed seed, end to end in one
/// buffer as a socket would deliver them.
struct TopicList {
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  let count: Int

  /// `suffix` is given the client's number.
  init(_ order: [Int32], root: String = "presence", _ suffix: (Int) -> String) {
    count = order.count
    bytes.reserveCapacity(order.count * 48)
    for number in order {
      bytes += "\(root)/clients/\(TopicList.client(Int(number)))/\(suffix(Int(number)))".utf8
      ends.append(bytes.count)
    }
  }

  /// 20 bytes.
  static func client(_ number: Int) -> String {
    let digits = String(number)
    return "thermostat-" + String(repeating: "0", count: 9 - digits.count) + digits
  }

  static func room(_ number: Int) -> String { "building-\(number % 20)/floor-\(number / 20)" }

  func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { all in
      for index in 0..<count {
        body(UnsafeRawBufferPointer(rebasing: all[ends[index]..<ends[index + 1]]))
      }
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same shuffle in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
