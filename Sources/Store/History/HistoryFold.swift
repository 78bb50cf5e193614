/// Makes rows of any step into points of another.
///
/// A room without a row did not change: its last count goes on, over gaps, too, in which it counts for nothing.
/// Reading and thinning are both this, so that a thinned past reads as it did before.
struct HistoryFold {
  let start: Int64
  let step: Int64
  let end: Int64
  private let gaps: HistoryGaps
  private(set) var points: [HistoryPoint] = []
  /// Which points a row has touched, and the count at the end of the last one.
  private(set) var lasts: [Int64?] = []
  /// The weighted sums of which the means are made.
  private var sums: [Double]
  /// At the end of the last row.
  private(set) var count: Int64?
  private var position: Int64

  /// - Parameters:
  ///   - start: a multiple of `step`, as all times in seconds since 1970.
  ///   - count: of the room at `position`, where the rows begin; `nil`: unknown.
  init(
    start: Int64, end: Int64, step: Int64, gaps: HistoryGaps, count: Int64?, position: Int64
  ) {
    self.start = start
    self.end = end
    self.step = step
    self.gaps = gaps
    self.count = count
    self.position = position
    let number = Int(max(0, (end - start + step - 1) / step))
    points = (0..<number).map { HistoryPoint(at: start + Int64($0) * step) }
    lasts = Array(repeating: nil, count: number)
    sums = Array(repeating: 0, count: number)
  }

  /// Takes the next row, which covers `length` seconds.
  mutating func take(_ row: HistoryRow, length: Int64) {
    carry(to: row.at)
    let rowEnd = row.at + length
    spread(from: max(row.at, position), to: rowEnd, row)
    if row.at >= start, row.at < end { lasts[place(of: row.at)] = row.last }
    position = max(position, rowEnd)
    count = row.last
  }

  /// The last count goes on to the end. Means are known from here on.
  mutating func finish() {
    carry(to: end)
    for place in points.indices where points[place].isKnown {
      points[place].mean = sums[place] / Double(points[place].secondsKnown)
    }
  }

  private mutating func carry(to time: Int64) {
    guard time > position else { return }
    if let count {
      let row = HistoryRow(at: position, low: count, high: count, mean: Double(count), last: count)
      spread(from: position, to: time, row)
    }
    position = time
  }

  private mutating func spread(from: Int64, to: Int64, _ row: HistoryRow) {
    var time = max(from, start)
    let stop = min(to, end)
    while time < stop {
      let place = place(of: time)
      let next = min(stop, points[place].at + step)
      add(row, seconds: gaps.known(from: time, to: next), to: place)
      time = next
    }
  }

  private mutating func add(_ row: HistoryRow, seconds: Int64, to place: Int) {
    guard seconds > 0 else { return }
    let isFirst = !points[place].isKnown
    points[place].low = isFirst ? row.low : min(points[place].low, row.low)
    points[place].high = isFirst ? row.high : max(points[place].high, row.high)
    points[place].secondsKnown += seconds
    sums[place] += row.mean * Double(seconds)
  }

  private func place(of time: Int64) -> Int { Int((time - start) / step) }
}
