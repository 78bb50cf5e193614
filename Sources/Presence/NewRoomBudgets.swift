/// How many rooms that do not exist each client may still make: a budget that fills up in a minute.
///
/// All that is kept of a client is the moment at which its budget is full again, and that only until then. It is
/// kept by a hash of the client's name: a client that is forgotten, and comes back, has spent what it has spent.
struct NewRoomBudgets {
  /// How many clients are remembered at most. Beyond it those are let go that have spent least, so that many names,
  /// or a whole fleet that makes its rooms at once, push out nobody who has spent a lot.
  static let limit = 65_536
  private static let minute = Duration.seconds(60)

  private var fullAt: [UInt64: Instant] = [:]
  private var pruneAbove = 1_024

  var count: Int { fullAt.count }

  /// Whether a client may make so many rooms now. A budget that is full allows any number: a birth with more rooms
  /// than a minute's budget would otherwise be refused for ever. It is paid for by the time after it.
  func allows(_ rooms: Int, to client: UInt64, _ rate: Int, at now: Instant) -> Bool {
    guard let full = fullAt[client], full > now else { return true }
    return full - now + Self.cost(rooms, rate) <= Self.minute
  }

  mutating func charge(_ rooms: Int, to client: UInt64, _ rate: Int, at now: Instant) {
    fullAt[client] = max(fullAt[client] ?? now, now) + Self.cost(rooms, rate)
    if fullAt.count > pruneAbove { prune(at: now) }
  }

  private static func cost(_ rooms: Int, _ rate: Int) -> Duration {
    minute * rooms / max(1, rate)
  }

  /// Which are let go depends on their values alone, not on the order of the table.
  private mutating func prune(at now: Instant) {
    var (threshold, step) = (now, Duration.seconds(1))
    fullAt = fullAt.filter { $0.value > threshold }
    while fullAt.count > Self.limit / 2 {
      threshold = threshold + step
      step *= 2
      fullAt = fullAt.filter { $0.value > threshold }
    }
    pruneAbove = min(Self.limit, max(1_024, 2 * fullAt.count))
  }
}
