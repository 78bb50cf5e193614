/// How long something took, many times over.
struct Latencies {
  private var nanoseconds: [Int64] = []

  mutating func add(_ time: Int64) { nanoseconds.append(time) }

  var count: Int { nanoseconds.count }

  /// The smallest latency that so large a part of all does not exceed, in milliseconds.
  func milliseconds(_ part: Double) -> Double {
    let sorted = nanoseconds.sorted()
    guard let last = sorted.indices.last else { return 0 }
    let place = Int((part * Double(sorted.count)).rounded(.up)) - 1
    return Double(sorted[min(max(0, place), last)]) / 1e6
  }
}

extension Result {
  func with(_ latencies: Latencies) -> Result {
    with("p50_ms", latencies.milliseconds(0.5)).with("p99_ms", latencies.milliseconds(0.99))
      .with("max_ms", latencies.milliseconds(1)).with("samples", latencies.count)
  }
}
