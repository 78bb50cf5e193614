/// Why a client was added to a room or removed from it.
public enum EventReason: Sendable, CaseIterable {
  case joined, revived
  case left, offline, expired, forgotten, evicted

  var word: StaticString {
    switch self {
    case .joined: "joined"
    case .revived: "revived"
    case .left: "left"
    case .offline: "offline"
    case .expired: "expired"
    case .forgotten: "forgotten"
    case .evicted: "evicted"
    }
  }
}

/// One client that an event names. Names borrow: valid for the call that they are passed to.
public struct EventEntry {
  public var client: UnsafeRawBufferPointer
  public var user: UnsafeRawBufferPointer?
  /// Nil for an update.
  public var reason: EventReason?

  public init(
    client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer? = nil, reason: EventReason? = nil
  ) {
    self.client = client
    self.user = user
    self.reason = reason
  }
}

/// A room's net change, to be written.
public struct EventInput {
  public var room: UnsafeRawBufferPointer
  public var revision: Int64
  /// The room's revision before this one; 0 at first.
  public var previous: Int64
  public var count: Int
  public var added: ArraySlice<EventEntry>
  public var removed: ArraySlice<EventEntry>
  public var updated: ArraySlice<EventEntry>
  /// One of several events that make up a change.
  public var bulk: Bool
  /// Milliseconds since 1970.
  public var at: Int64

  public init(
    room: UnsafeRawBufferPointer, revision: Int64, previous: Int64, count: Int,
    added: ArraySlice<EventEntry> = [], removed: ArraySlice<EventEntry> = [],
    updated: ArraySlice<EventEntry> = [], bulk: Bool = false, at: Int64
  ) {
    self.room = room
    self.revision = revision
    self.previous = previous
    self.count = count
    self.added = added
    self.removed = removed
    self.updated = updated
    self.bulk = bulk
    self.at = at
  }
}
