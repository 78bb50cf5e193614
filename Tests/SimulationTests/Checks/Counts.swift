import Presence

@testable import Bridge
@testable import Store

/// The history of counts holds what happened, and gaps where it was not seen. It is read as questions about it are.
extension Judge {
  private var moment: FollowedCounts.Moment {
    FollowedCounts.Moment(wall: world.wall, instant: world.now)
  }

  private func rooms(of engine: borrowing Engine) -> [Int64] {
    var counts: [Int64] = []
    for name in world.plan.rooms {
      let room = Array(name.utf8).withUnsafeBytes { engine.findRoom($0) }
      counts.append(room.map { Int64(engine.figures(of: $0).count) } ?? 0)
    }
    return counts
  }

  /// At the end of a turn.
  func followCounts(_ loop: BridgeLoop) {
    guard world.plan.usesDatabase else { return }
    counts.turned(
      rooms(of: loop.engine), isLive: loop.isLive, isSaved: loop.isSaved, at: moment)
  }

  func endedSeeingCounts() { counts.died(at: moment) }

  /// A process has opened the database, and has yet to begin.
  func opened(_ database: Database, _ engine: borrowing Engine) {
    guard let history = database.history else { return }
    counts.opened(rooms(of: engine), newest: history.clock.newest)
    checkCounts(database)
  }

  /// Rows are about to be written.
  func writes(_ unsaved: Unsaved, of engine: borrowing Engine) {
    var ranges: [(room: Int, counts: ClosedRange<Int64>)] = []
    for recount in unsaved.recounts {
      let name = engine.withRoomName(recount.room) { [UInt8]($0) }
      let room = world.plan.rooms.firstIndex { $0.utf8.elementsEqual(name) }
      guard let room else { continue }
      ranges.append((room, Int64(recount.least)...Int64(recount.greatest)))
    }
    counts.writes(ranges, at: moment)
  }

  func couldNotWrite() { counts.failed() }

  func wrote(_ database: Database, _ engine: borrowing Engine) {
    guard let history = database.history else { return }
    let problem = counts.committed(
      rooms(of: engine), isLive: world.host.loop?.isLive ?? false, newest: history.clock.newest,
      at: moment)
    world.note("  history is at \(history.clock.newest): \(rooms(of: engine))")
    if let problem { world.fail(.history, problem) }
  }

  func checkCounts(_ database: Database) {
    for (number, name) in world.plan.rooms.enumerated() {
      do {
        for window in counts.expected.windows {
          try check(number, window, step: 1, in: database)
          try check(number, window, step: 7, in: database)
        }
      } catch { world.fail(.history, "\(name): cannot be read: \(error)") }
    }
  }

  /// What has been committed is to be there; what comes behind is not.
  private func check(
    _ room: Int, _ window: Range<Int64>, step: Int64, in database: Database
  ) throws {
    let end = min(window.upperBound, counts.newest + 1)
    let name = world.plan.rooms[room]
    let scan = try database.history(
      of: Array(name.utf8), over: window.lowerBound..<end, step: step)
    guard let scan else { return expectNothing(room, window) }
    while try !scan.advance() {}
    for point in scan.points {
      let seconds = point.at..<min(point.at + step, end)
      let demand = counts.expected.demand(room, seconds)
      report(.history, room, demand.problem(with: point))
      if demand.problem(with: point) != nil { return }
    }
  }

  /// A room without a history never held anybody.
  private func expectNothing(_ room: Int, _ window: Range<Int64>) {
    let demand = counts.expected.demand(room, window)
    let isEmpty = demand.held.allSatisfy { $0 == 0 }
    report(.history, room, isEmpty ? nil : "no history, and not \(demand)")
  }
}

extension ExpectedHistory.Demand {
  func problem(with point: HistoryPoint) -> String? {
    let words = "history says \(point), and not \(self)"
    guard secondsKnown.contains(point.secondsKnown) else { return words }
    guard point.isKnown else { return nil }
    let means = Double(point.low) - 1e-6...Double(point.high) + 1e-6
    guard means.contains(point.mean) else { return words }
    if let counts, point.low < counts.lowerBound || point.high > counts.upperBound { return words }
    return held.allSatisfy { (point.low...point.high).contains($0) } ? nil : words
  }
}
