import Glibc

/// What one simulated client does while it is online, and when: it beats, joins, leaves, and one
/// day vanishes. Pure: its decisions follow from the plan's seed and its own number alone.
struct ClientHabits {
  /// In which rooms it is, by number, ascending.
  private(set) var rooms: [Int] = []

  private let plan: FleetPlan
  private var random: SplitMix64
  private var beatDue: Duration?
  private var joinDue: Duration?
  private var leaveDue: Duration?
  private var vanishDue: Duration?

  init(plan: FleetPlan, client: Int) {
    self.plan = plan
    random = SplitMix64(seed: plan.seed, stream: UInt64(client))
    _ = join()
  }

  /// The time of the next ``act(at:)``.
  var nextDue: Duration? {
    [beatDue, joinDue, leaveDue, vanishDue].compactMap(\.self).min()
  }

  /// The client is online from `now` on. Its first heartbeat comes somewhere within one interval,
  /// or a fleet that connected at once would beat at once for ever.
  mutating func cameOnline(at now: Duration) {
    beatDue = now + plan.heartbeat * Double.random(in: 0..<1, using: &random)
    joinDue = event(after: now, rate: plan.joinRate)
    leaveDue = event(after: now, rate: plan.leaveRate)
    vanishDue = event(after: now, rate: plan.vanishRate)
  }

  /// Does what is due at `now`, one thing a call; `nil` when it came to nothing.
  mutating func act(at now: Duration) -> FleetMove.Act? {
    switch nextDue {
    case vanishDue:
      return vanish()
    case beatDue:
      beatDue = now + plan.heartbeat
      return .beat
    case joinDue:
      joinDue = event(after: now, rate: plan.joinRate)
      return join().map(FleetMove.Act.join)
    default:
      leaveDue = event(after: now, rate: plan.leaveRate)
      return leave().map(FleetMove.Act.leave)
    }
  }

  /// How long it stays away after it vanished.
  mutating func timeAway() -> Duration { exponential(mean: plan.away) }

  /// Half of those who vanish lose their connection, so that the broker sends the will; the other
  /// half hang with the connection open, and only the missing heartbeats tell.
  private mutating func vanish() -> FleetMove.Act {
    (beatDue, joinDue, leaveDue, vanishDue) = (nil, nil, nil, nil)
    return Bool.random(using: &random) ? .cut : .hang
  }

  private mutating func join() -> Int? {
    guard rooms.count < min(plan.roomsAtOnce, plan.rooms) else { return nil }
    var room = Int.random(in: 0..<(plan.rooms - rooms.count), using: &random)
    for taken in rooms where taken <= room { room += 1 }
    rooms.insert(room, at: rooms.firstIndex { $0 > room } ?? rooms.count)
    return room
  }

  private mutating func leave() -> Int? {
    guard !rooms.isEmpty else { return nil }
    return rooms.remove(at: Int.random(in: 0..<rooms.count, using: &random))
  }

  private mutating func event(after now: Duration, rate: Double) -> Duration? {
    rate > 0 ? now + exponential(mean: .seconds(60 / rate)) : nil
  }

  private mutating func exponential(mean: Duration) -> Duration {
    mean * -log(1 - Double.random(in: 0..<1, using: &random))
  }
}
