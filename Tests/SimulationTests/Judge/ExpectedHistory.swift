/// What the history of counts has to say of each room, by the seconds of the clock that history goes by.
///
/// It grows with each commit. Where two outcomes are possible, it holds neither of them: a second that is in none of
/// the spans may be known or not.
struct ExpectedHistory {
  /// Between two commits a count stayed within these bounds.
  struct Piece {
    var seconds: Range<Int64>
    var counts: ClosedRange<Int64>
  }

  struct Room {
    fileprivate var pieces: [Piece] = []
    /// Counts that the bridge had in a second.
    fileprivate var held: [(second: Int64, count: Int64)] = []
  }

  private(set) var rooms: [Room]
  /// The first second of which anything is kept; `nil`: there is none.
  private(set) var since: Int64?
  private var known = Spans()
  private var unknown = Spans()
  /// The seconds of the commits.
  private(set) var commits: [Int64] = []

  init(rooms: Int) { self.rooms = Array(repeating: Room(), count: rooms) }

  mutating func begin(at second: Int64) {
    if since == nil { since = second }
    commits.append(second)
  }

  mutating func know(_ seconds: Range<Int64>) { known.add(seconds) }
  mutating func doubt(_ seconds: Range<Int64>) { unknown.add(seconds) }

  mutating func allow(_ counts: ClosedRange<Int64>, in room: Int, _ seconds: Range<Int64>) {
    if !seconds.isEmpty { rooms[room].pieces.append(Piece(seconds: seconds, counts: counts)) }
  }

  mutating func hold(_ count: Int64, in room: Int, at second: Int64) {
    rooms[room].held.append((second, count))
  }

  /// The clock was ahead. What was kept of the time that comes again is dropped; of the second itself nothing is
  /// certain.
  mutating func turnBack(to second: Int64) {
    since = since.map { min($0, second) }
    known.clip(to: second)
    unknown.clip(to: second)
    commits = commits.filter { $0 < second }
    for room in rooms.indices {
      rooms[room].pieces = rooms[room].pieces.compactMap { piece in
        guard piece.seconds.lowerBound <= second else { return nil }
        let end = min(piece.seconds.upperBound, second + 1)
        return Piece(seconds: piece.seconds.lowerBound..<end, counts: piece.counts)
      }
      rooms[room].held.removeAll { $0.second >= second }
    }
  }

  /// What was before a second is none of ours any more.
  mutating func forget(before second: Int64) {
    guard let first = commits.first, first < second else { return }
    commits.removeAll { $0 < second }
    known.cut(before: second)
    unknown.cut(before: second)
    for room in rooms.indices { rooms[room].held.removeAll { $0.second < second } }
    since = .min / 2
  }

  /// From a second on nothing is certainly known.
  mutating func forget(from second: Int64) { known.clip(to: second) }
}

extension ExpectedHistory {
  /// What some seconds of a room's history have to be.
  struct Demand: Equatable {
    var secondsKnown: ClosedRange<Int64>
    /// `nil`: nothing was followed.
    var counts: ClosedRange<Int64>?
    /// Counts that are to lie between the least and the greatest.
    var held: [Int64]
  }

  func demand(_ room: Int, _ seconds: Range<Int64>) -> Demand {
    let before = min(max(0, (since ?? .max) - seconds.lowerBound), Int64(seconds.count))
    let least = known.count(in: seconds)
    let most = Int64(seconds.count) - before - unknown.count(in: seconds)
    let pieces = rooms[room].pieces.filter { $0.seconds.overlaps(seconds) }.map(\.counts)
    let held = rooms[room].held.filter {
      seconds.contains($0.second) && known.count(in: $0.second..<$0.second + 1) == 1
    }
    let counts = pieces.map(\.lowerBound).min().map { $0...(pieces.map(\.upperBound).max() ?? $0) }
    return Demand(
      secondsKnown: least...max(least, most), counts: counts, held: held.map(\.count))
  }

  /// Stretches of time in which something was committed, and a little around them.
  var windows: [Range<Int64>] {
    var windows: [Range<Int64>] = []
    for second in commits.sorted() {
      let around = max(0, second - 5)..<second + 5
      if let last = windows.last, last.upperBound + 60 >= around.lowerBound {
        windows[windows.count - 1] = last.lowerBound..<around.upperBound
      } else {
        windows.append(around)
      }
    }
    return windows
  }
}

/// Seconds, as ranges that do not overlap.
private struct Spans {
  private var ranges: [Range<Int64>] = []

  /// - Parameter range: not before those that are there.
  mutating func add(_ range: Range<Int64>) {
    let start = max(range.lowerBound, ranges.last?.upperBound ?? .min)
    if start < range.upperBound { ranges.append(start..<range.upperBound) }
  }

  mutating func clip(to end: Int64) {
    ranges = ranges.map { $0.clamped(to: Int64.min..<end) }.filter { !$0.isEmpty }
  }

  mutating func cut(before start: Int64) {
    ranges = ranges.map { $0.clamped(to: start..<Int64.max) }.filter { !$0.isEmpty }
  }

  func count(in range: Range<Int64>) -> Int64 {
    ranges.reduce(0) { $0 + Int64($1.clamped(to: range).count) }
  }
}
