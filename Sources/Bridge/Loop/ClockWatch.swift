import Presence

/// Notices that the wall clock has jumped.
///
/// The database keeps times of the wall clock: when a client was removed, when a room became empty. The engine counts
/// by the other clock, which does not jump. After a jump those times are written anew, as the new clock would have told
/// them, so that a restart counts on from where this run was.
struct ClockWatch {
  /// Milliseconds. What is less makes no difference to anything that lasts.
  private static let jump: Int64 = 10_000

  /// What the wall clock has more than the other one, in milliseconds.
  private var offset: Int64
  /// What has yet to be looked at; `nil`: nothing.
  var walk: Walk?

  /// Through the numbers that may have a row with such a time.
  struct Walk {
    static let budget: Int32 = 5_000
    var client: Int32 = 0
    var room: Int32 = 0
  }

  /// - Parameter isNewClock: the times that were read are of another clock.
  init(_ now: Now, isNewClock: Bool) {
    offset = Self.offset(now)
    walk = isNewClock ? Walk() : nil
  }

  mutating func look(at now: Now) {
    let new = Self.offset(now)
    let (change, overflow) = new.subtractingReportingOverflow(offset)
    if overflow || change.magnitude >= Self.jump.magnitude { walk = Walk() }
    offset = new
  }

  private static func offset(_ now: Now) -> Int64 {
    now.wall.subtractingReportingOverflow(now.instant.nanoseconds / 1_000_000).partialValue
  }
}

extension BridgeLoop {
  /// When ``watchClock()`` has something to do. It looks at the clock in passing.
  var clockTime: Instant {
    let isWalking = clockWatch.walk != nil && stage == .live && saving.lack != .some
    return isWalking && !saving.isUnfinished ? now.instant : .never
  }

  /// A part of the times that are to be written anew a turn.
  func watchClock() {
    clockWatch.look(at: now)
    guard var walk = clockWatch.walk, stage == .live, !saving.isUnfinished else { return }
    guard saving.lack == .nothing else {
      // Everything is going to be written anew.
      if saving.lack == .everything { clockWatch.walk = nil }
      return
    }
    let lastClient = min(engine.clientCapacity, walk.client + ClockWatch.Walk.budget)
    for client in walk.client..<lastClient where hasTime(client: client) {
      saving.unsaved.clients.append(client)
    }
    let lastRoom = min(engine.roomCapacity, walk.room + ClockWatch.Walk.budget)
    for room in walk.room..<lastRoom where hasTime(room: room) { saving.unsaved.rooms.append(room) }
    (walk.client, walk.room) = (lastClient, lastRoom)
    let isOver = lastClient == engine.clientCapacity && lastRoom == engine.roomCapacity
    clockWatch.walk = isOver ? nil : walk
  }

  private func hasTime(client: Int32) -> Bool {
    engine.withClientRow(client) { $0.map { $0.mark != 0 } ?? false }
  }

  private func hasTime(room: Int32) -> Bool {
    engine.withRoomRow(room) { $0?.emptiedAt != nil }
  }
}
