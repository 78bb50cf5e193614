/// The times of which nothing is known, as the bridge was down or cut off: sorted, and apart from each other.
struct HistoryGaps: Equatable {
  private var starts: [Int64] = []
  private var ends: [Int64] = []
  /// How much of the time before each of them is unknown.
  private var before: [Int64] = []

  /// - Parameter gaps: in order of their starts, in seconds since 1970; they may overlap.
  init(_ gaps: [(since: Int64, until: Int64)]) {
    for gap in gaps where gap.until > gap.since {
      if let end = ends.last, gap.since <= end {
        ends[ends.count - 1] = max(end, gap.until)
      } else {
        before.append(starts.isEmpty ? 0 : unknown(upTo: .max))
        starts.append(gap.since)
        ends.append(gap.until)
      }
    }
  }

  /// How many of the seconds between two times are known.
  func known(from start: Int64, to end: Int64) -> Int64 {
    guard end > start else { return 0 }
    return end - start - (unknown(upTo: end) - unknown(upTo: start))
  }

  private func unknown(upTo time: Int64) -> Int64 {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < time { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    return before[low - 1] + min(ends[low - 1], time) - starts[low - 1]
  }
}

/// Where a gap begins that grows with each commit, as long as the bridge does not see.
struct GapStart {
  /// As the bridge says it; milliseconds since 1970.
  private let unknown: Int64
  /// The first second that is unknown as a whole.
  let second: Int64

  init(of unknown: Int64) { self.init(of: unknown, began: unknown) }

  /// - Parameter began: when it was, as the clock that has been set right would have said it.
  init(of unknown: Int64, began: Int64) {
    self.unknown = unknown
    second = HistoryBook.second(at: min(began, .max - 999) + 999)
  }

  private init(of unknown: Int64, second: Int64) {
    self.unknown = unknown
    self.second = second
  }

  /// Of the gap that a commit tells of. A clock that was set back says less than what was seen until then, and that
  /// stays known.
  ///
  /// - Parameter newest: the newest second before that commit.
  func next(of unknown: Int64, newest: Int64) -> GapStart {
    if unknown == self.unknown { return self }
    if HistoryBook.second(at: unknown) >= newest { return GapStart(of: unknown) }
    return GapStart(of: unknown, second: newest + 1)
  }
}
