/// The flat records that the engine keeps: one a client, one a client in a room, one a room.
///
/// They refer to each other by index, and `-1` is none: no object, no reference count, and a client's
/// own record is one cache line.

struct Client {
  enum State: UInt8 {
    case free = 0
    /// Present in its rooms, be they none.
    case online = 1
    /// Present, but its death was heard, and takes effect at `mark`.
    case dying = 2
    /// Removed at `mark`; its memberships that are `away` come back if it does in time.
    case away = 3
    /// Forgotten; kept only until its removals are announced.
    case gone = 4
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// Has changes that the database does not.
    static let unsaved = Flags(rawValue: 1)
    /// Its timeout of 0 does not count until it was heard live.
    static let unconfirmed = Flags(rawValue: 2)
    /// Present again, but not in the rooms that it was taken out of at `mark`, or at its entry among the
    /// removals while it is dying: its next heartbeat brings it back into them.
    static let hasAway = Flags(rawValue: 4)
    /// Dying, but since connecting a replay has claimed its birth; counts only if the broker was restarted.
    static let claimed = Flags(rawValue: 8)
    static let asleep = Flags(rawValue: 16)
    /// Away because its gateway is: comes back with it, however late.
    static let gated = Flags(rawValue: 32)
    /// Its gateway's return says nothing of it: it comes back by its own word.
    static let returnsAlone = Flags(rawValue: 64)
    /// What its topic said last was a death.
    static let saidDeath = Flags(rawValue: 128)
  }

  /// A death that was pending when the connection ended.
  static let heldDeath = Instant.never
  /// A death that was found after connecting and before the fence.
  static let foundDeath = Instant(nanoseconds: .max - 1)

  /// The number of no connection.
  static let unheard: UInt16 = 0

  // What a heartbeat touches comes first, in one half of a cache line.
  var lastHeard: Instant
  var presences: Int32 = 0
  /// The connection in which it was last heard live; ``unheard``: not in this one.
  var connection: UInt16 = 0
  var state = State.online
  var flags: Flags = []
  /// Nanoseconds; -1: the rules' default; 0: the will alone decides; below -1: the will, but where that may
  /// be lost, the client has to be heard within so many nanoseconds.
  var timeout: Int64 = -1
  /// -1: none.
  var epoch: Int64 = -1
  var mark = Instant(nanoseconds: 0)
  /// Half of the hash of the last death, and of the last birth; 0: none.
  var deathHash: UInt32 = 0
  var birthHash: UInt32 = 0
  var firstMembership: Int32 = -1
  var data: Int32 = -1
  /// The client that carries this one's messages; -1: none.
  var gateway: Int32 = -1

  /// A timeout as it is kept, within what a row may hold. With a confirmation it is below -1.
  static func timeout(_ timeout: Duration, confirmation: Duration? = nil) -> Int64 {
    guard let confirmation else {
      return max(0, timeout.nanoseconds.clamped(to: RowBounds.timeouts))
    }
    return -max(2, confirmation.nanoseconds.clamped(to: RowBounds.timeouts))
  }

  var reliesOnWill: Bool { timeout == 0 || timeout < -1 }
  var isPresent: Bool { state == .online || state == .dying }
}

/// A client's tie to a room.
struct Membership {
  enum State: UInt8 {
    case free = 0
    case present = 1
    /// Removed by death or silence: comes back when the client is revived.
    case away = 2
    /// Over; kept only until that is announced.
    case ended = 3
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    static let unsaved = Flags(rawValue: 1)
    /// Stands in its room's list of touched memberships.
    static let touched = Flags(rawValue: 2)
    /// Was present when the room was last announced.
    static let announced = Flags(rawValue: 4)
  }

  /// Milliseconds since 1970 on the wall clock.
  var since: Int64 = 0
  var client: Int32
  var room: Int32
  var nextOfClient: Int32 = -1
  /// Among the room's members, or among those who may come back.
  var nextInRoom: Int32 = -1
  var previousInRoom: Int32 = -1
  var data: Int32 = -1
  var state = State.ended
  var reason = Reason.joined
  var flags: Flags = []
}

struct Room {
  struct Flags: OptionSet {
    let rawValue: UInt8
    static let unsaved = Flags(rawValue: 1)
    /// Stands in the list of rooms to announce.
    static let listed = Flags(rawValue: 2)
    /// Its retained topics exist, or are about to.
    static let shown = Flags(rawValue: 4)
    /// Came from the database, so what was announced of it is known.
    static let restored = Flags(rawValue: 8)
    /// Large enough that the first of its members are kept in order.
    static let headed = Flags(rawValue: 16)
    /// Stands in the list of rooms whose counts changed since the last commit.
    static let recounted = Flags(rawValue: 32)
    /// Its members are being paged through.
    static let rostered = Flags(rawValue: 64)
    /// Stands in the list of rooms to free, and holds no place.
    static let idle = Flags(rawValue: 128)
  }

  /// A membership that changed since the last announcement, with what was then shown of it.
  struct Touch {
    var membership: Int32
    var data: [UInt8]?
    var isAsleep: Bool
  }

  /// Of the last announcement; 0: never announced.
  var revision: Int64 = 0
  /// Given to the next announcement as soon as there is something to announce; 0: none.
  var reserved: Int64 = 0
  var emptiedAt = Instant(nanoseconds: 0)
  var touches: ContiguousArray<Touch> = []
  var firstMember: Int32 = -1
  /// Those who may come back.
  var firstAway: Int32 = -1
  var count: Int32 = 0
  var users: Int32 = 0
  var anonymous: Int32 = 0
  var asleep: Int32 = 0
  /// The count as last announced.
  var announcedCount: Int32 = 0
  /// Memberships of any state.
  var ties: Int32 = 0
  /// While recounted: the count as last committed, and the least and the greatest since.
  var committedCount: Int32 = 0
  var least: Int32 = 0
  var greatest: Int32 = 0
  var flags: Flags = []
}
