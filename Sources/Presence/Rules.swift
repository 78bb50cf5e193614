/// The settings that decide who is present; the names and defaults are the configuration's.
public struct Rules: Equatable, Sendable {
  /// How long a client may be silent that named no timeout of its own.
  public var heartbeatTimeout: Duration = .seconds(60)
  /// How long a death waits for a live sign of life.
  public var offlineGrace: Duration = .seconds(1)
  /// The same for deaths that may be a stopping broker's doing.
  public var restartGrace: Duration = .seconds(10)
  /// How long after its removal a heartbeat brings a client back.
  public var reviveWindow: Duration = .seconds(24 * 3600)
  /// How long clients that are away are remembered.
  public var forgetAfter: Duration = .seconds(7 * 24 * 3600)
  /// How long a room that has emptied is still shown.
  public var emptyRoomTTL: Duration = .seconds(3600)
  /// How many members, and how many users, a snapshot lists.
  public var membersLimit = 100
  public var maxRoomsPerClient = 64
  public var maxClients = 2_000_000
  public var maxRooms = 1_000_000
  /// Ties of clients to rooms in all, with those that wait for somebody to come back.
  public var maxPresences = 10_000_000
  /// Rooms that do not exist yet, for each client in a minute.
  public var maxNewRooms = 256
  /// Bytes of data in all.
  public var maxData = 256 << 20
  /// Whether each commit is told how the counts of rooms changed: somebody keeps their history.
  public var tellsRecounts = false

  public init() {}
}

/// What has happened, counted since the start.
public struct Counters: Equatable, Sendable {
  public var heartbeats: UInt64 = 0
  public var heartbeatsUnknown: UInt64 = 0
  public var stale: UInt64 = 0
  /// What was refused because it was over a limit: in all, and by limit.
  public var limited: UInt64 { limits.total }
  public internal(set) var limits = LimitCounts()
  /// Empty rooms that were cleared before their time, at `max_rooms`.
  public internal(set) var roomsMadeWay: UInt64 = 0
  /// Presences that came by a join or a birth, that came back, and that went, by reason.
  public var joined: UInt64 = 0
  public var revived: UInt64 = 0
  public var left: UInt64 = 0
  public var offline: UInt64 = 0
  public var expired: UInt64 = 0
  public var forgotten: UInt64 = 0
  public var evicted: UInt64 = 0
  public var moved: UInt64 = 0
  public var gateway: UInt64 = 0

  public init() {}

  mutating func count(_ reason: Reason) {
    switch reason {
    case .joined: joined += 1
    case .revived: revived += 1
    case .left: left += 1
    case .offline: offline += 1
    case .expired: expired += 1
    case .forgotten: forgotten += 1
    case .evicted: evicted += 1
    case .moved: moved += 1
    case .gateway: gateway += 1
    }
  }
}

/// Why a presence began or ended; the raw values are kept in databases.
public enum Reason: UInt8, Sendable, CaseIterable {
  case joined = 0
  case revived = 1
  case left = 2
  case offline = 3
  case expired = 4
  case forgotten = 5
  case evicted = 6
  /// Left for another room of a source in which a client is in one room at a time.
  case moved = 7
  /// What it is connected through went away.
  case gateway = 8

  /// The word in an event.
  public var word: StaticString {
    switch self {
    case .joined: "joined"
    case .revived: "revived"
    case .left: "left"
    case .offline: "offline"
    case .expired: "expired"
    case .forgotten: "forgotten"
    case .evicted: "evicted"
    case .moved: "moved"
    case .gateway: "gateway"
    }
  }
}
