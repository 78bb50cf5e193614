import Bridge
import Presence
import Store

/// Follows the counts of the rooms from turn to turn and from commit to commit, and whether the bridge saw them.
///
/// What changed between two commits is put down to the time of the later one. While the wall clock is behind, history
/// stands still in its newest second.
struct FollowedCounts {
  private(set) var expected: ExpectedHistory
  /// The newest second of history.
  private(set) var newest: Int64 = 0
  private var rooms: [Room]
  /// The last commit; `nil`: there is none in this file.
  private var last: Moment?
  /// Since when the bridge was not live, or could not write; `nil`: it is and can.
  private var unseenSince: Moment?
  /// The second in which the first rows of the commit that is under way were written.
  private var begun: Int64?
  /// The newest second in which any were.
  private var reached: Int64 = 0
  private var hasThrown = false
  /// What the wall clock was ahead of the other one, each time that this changed; milliseconds.
  private var offsets: [Int64] = []

  struct Moment {
    var wall: Int64
    var instant: Instant

    /// How much the wall clock has jumped from one to the other; milliseconds.
    func jump(to later: Moment) -> Int64 {
      later.wall - wall - (later.instant - instant).milliseconds
    }
  }

  fileprivate struct Room {
    var committed: Int64 = 0
    /// At the ends of turns since; and, as the engine says, between them.
    var seen: ClosedRange<Int64> = 0...0
    var possible: ClosedRange<Int64> = 0...0
  }

  init(rooms: Int) {
    expected = ExpectedHistory(rooms: rooms)
    self.rooms = Array(repeating: Room(), count: rooms)
  }

  /// The database is gone, and its history with it.
  mutating func lost() {
    expected = ExpectedHistory(rooms: rooms.count)
    (newest, last, begun) = (0, nil, nil)
  }

  /// A process has opened the database.
  ///
  /// - Parameter newest: where the history of it goes on.
  mutating func opened(_ counts: [Int64], newest: Int64) {
    if newest < self.newest { turnBack(to: newest) }
    // A process that starts with a clock that is ahead believes it, and what is a day old then may be thinned.
    expected.forget(before: newest - 86_400)
    self.newest = max(self.newest, newest)
    for room in rooms.indices { rooms[room].restart(counts[room]) }
  }

  /// The bridge is not live, or has ended.
  mutating func loseSight(at moment: Moment) { unseenSince = unseenSince ?? moment }

  mutating func died(at moment: Moment) {
    loseSight(at: moment)
    (begun, hasThrown) = (nil, false)
  }

  mutating func turned(_ counts: [Int64], isLive: Bool, isSaved: Bool, at moment: Moment) {
    note(moment)
    if !isLive || hasThrown && !isSaved { loseSight(at: moment) }
    hasThrown = false
    for room in rooms.indices { rooms[room].see(counts[room]) }
  }

  /// The clock may be right again: history may follow it back, and need not.
  private func mayTurnBack(at moment: Moment) -> Bool {
    let offset = moment.wall - moment.instant.nanoseconds / 1_000_000
    let ahead = offsets.lastIndex { $0 > offset } ?? 0
    return offsets.prefix(ahead).contains { abs($0 - offset) <= 62_000 }
  }

  private mutating func note(_ moment: Moment) {
    let offset = moment.wall - moment.instant.nanoseconds / 1_000_000
    if offsets.last != offset { offsets.append(offset) }
  }

  private mutating func turnBack(to second: Int64) {
    expected.turnBack(to: second)
    newest = second
  }

  static func second(_ wall: Int64) -> Int64 { max(0, wall / 1_000) }
}

/// Commits.
extension FollowedCounts {
  /// - Parameter ranges: between which counts the rooms were since the last call.
  mutating func writes(_ ranges: [(room: Int, counts: ClosedRange<Int64>)], at moment: Moment) {
    reached = max(begun == nil ? 0 : reached, Self.second(moment.wall))
    begun = begun ?? Self.second(moment.wall)
    for range in ranges {
      rooms[range.room].possible = rooms[range.room].possible.union(range.counts)
    }
  }

  mutating func failed() { (begun, hasThrown) = (nil, true) }

  /// - Parameter newest: the newest second, as the database says.
  /// - Returns: what is wrong.
  mutating func committed(
    _ counts: [Int64], isLive: Bool, newest: Int64, at moment: Moment
  ) -> String? {
    note(moment)
    let second = Self.second(moment.wall)
    let isBehind = second < self.newest
    if newest < self.newest {
      guard mayTurnBack(at: moment) else {
        return "history is turned back from \(self.newest) to \(newest), at \(second)"
      }
      turnBack(to: newest)
      // Of seconds that come twice the bridge may have seen the first ones alone.
      if let since = unseenSince {
        expected.forget(from: Self.second(since.wall + since.jump(to: moment)))
      }
    } else if newest != max(reached, self.newest) {
      return "history goes on at \(newest), not \(max(reached, self.newest))"
    }
    let wasTurnedBack = isBehind && newest == second
    follow(counts, to: newest, moment, wasTurnedBack: wasTurnedBack, isLive: isLive)
    self.newest = newest
    last = moment
    begun = nil
    if isLive { unseenSince = nil }
    for room in rooms.indices { rooms[room].restart(counts[room]) }
    return nil
  }

  private mutating func follow(
    _ counts: [Int64], to second: Int64, _ moment: Moment, wasTurnedBack: Bool, isLive: Bool
  ) {
    let from = last == nil ? second : min(newest, second)
    let first = min(max(begun ?? second, from), second)
    // Of a second that has just begun nothing is known yet.
    let isWithin = moment.wall % 1_000 != 0 || Self.second(moment.wall) < second
    let hasJumped = last.map { abs($0.jump(to: moment)) > 1_000 } ?? false
    let isCertain = !hasJumped && !wasTurnedBack && unseenSince == nil && last != nil
    expected.begin(at: second)
    for room in rooms.indices {
      expected.allow(rooms[room].exactly, in: room, from..<first)
      let range = rooms[room].possible.union(counts[room]...counts[room])
      expected.allow(range, in: room, first..<second + 1)
      guard isWithin else { continue }
      if isLive { expected.hold(counts[room], in: room, at: second) }
      guard isCertain, first == second else { continue }
      expected.hold(rooms[room].seen.lowerBound, in: room, at: second)
      expected.hold(rooms[room].seen.upperBound, in: room, at: second)
    }
    if isCertain, second - from < 29 {
      expected.know(from..<second + (isWithin ? 1 : 0))
    } else {
      expected.doubt(unseen(from, second, moment))
    }
  }

  /// The whole seconds in which the bridge certainly saw nothing.
  private func unseen(_ from: Int64, _ second: Int64, _ moment: Moment) -> Range<Int64> {
    if second - from >= 32 {
      let start = max(from, unseenSince.map { Self.second($0.wall) } ?? from)
      return min(second, start + 1)..<second
    }
    guard let since = unseenSince else { return second..<second }
    let wall = max(since.wall, since.wall + since.jump(to: moment))
    return min(second, max(from, Self.second(wall)) + 1)..<second
  }
}

extension FollowedCounts.Room {
  fileprivate var exactly: ClosedRange<Int64> { committed...committed }

  fileprivate mutating func see(_ count: Int64) {
    seen = seen.union(count...count)
    possible = possible.union(count...count)
  }

  fileprivate mutating func restart(_ count: Int64) {
    committed = count
    (seen, possible) = (exactly, exactly)
  }
}

extension ClosedRange {
  func union(_ other: ClosedRange) -> ClosedRange {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
