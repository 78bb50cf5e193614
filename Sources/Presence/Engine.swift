/// Who is present: every client, room and membership, and what may be said of them.
///
/// A machine that can be run by hand. Messages and times go in; out come the rooms that changed, the
/// rows to save, and the next time at which something is due. It reads no clock, does no I/O, draws no
/// lots, and iterates over no hash table, so equal calls give equal answers, byte for byte.
///
/// Invariants:
/// - a membership that is `present` is linked into its room, and its client is present; nothing else is;
/// - what differs from the last announcement of a room is among the room's touches, and the room has
///   a revision reserved for saying so;
/// - what differs from the database is in the unsaved lists;
/// - a client that is present and can fall silent is in the timetable no later than its deadline, or
///   among the suspects; one that is away is parked there in order of going;
/// - a room in which nobody is, and of which nothing is left to announce, is among the emptied or the idle;
/// - a client that is present while its gateway is away, or the other way round, is among the unchecked.
public struct Engine {
  /// How far the bridge is with its connection; nothing falls due unless it is `live`.
  public enum Phase: Sendable {
    case disconnected
    /// Connected, but the fence behind the replays has not come back.
    case settling
    case live
  }

  public let rules: Rules
  public internal(set) var counters = Counters()
  public internal(set) var phase = Phase.disconnected

  var now = Now(instant: Instant(nanoseconds: 0), wall: 0)
  /// Counts connections, to tell who was heard live in this one.
  var connection: UInt16 = 0
  /// Nobody's silence began before this: the moment at which the connection settled.
  var floor = Instant(nanoseconds: .min)
  /// When the last fence that came back was published.
  var proven = Instant(nanoseconds: .min)
  var lastRevision: Int64 = 0
  /// Reserved revisions up to here are not used: something greater was seen on a retained topic.
  var revisionFloor: Int64 = 0

  var userNames = NameTable()
  var userTies: ContiguousArray<Int32> = []
  var clientNames = NameTable()
  var clients: ContiguousArray<Client> = []
  var memberships = Slab<Membership>()
  var roomNames = NameTable()
  var rooms: ContiguousArray<Room> = []
  var blobs = Slab<[UInt8]>()
  /// The bytes of all data that is kept.
  public internal(set) var dataBytes = 0
  var budgets = NewRoomBudgets()
  /// Members of a room by user: `room << 32 | user`.
  var usersOfRooms: [UInt64: Int32] = [:]
  var heads: [Int32: RoomHead] = [:]

  /// Whom each gateway carries.
  var carried: [Int32: Carried] = [:]
  /// Carried clients whose gateway came or went, to be seen to; the first `checked` of them have been.
  var unchecked: ContiguousArray<Int32> = []
  var checked = 0

  var timetable = Timetable()
  /// Rooms in which nobody is, the one empty longest first: those that are shown, and those that are not, but wait
  /// for somebody to come back.
  var emptied = LinkedLists(lists: 2)
  static let shownEmpty = 0
  static let hiddenEmpty = 1
  /// Who is or was dying; looked through when a connection ends or settles.
  var dying: ContiguousArray<Int32> = []
  /// Who is said to be there, since connecting, by a topic that its will would have replaced.
  var vouched: ContiguousArray<Int32> = []
  /// When those who are dying were removed before, if rooms still wait for them since then.
  var removals: [Int32: Instant] = [:]
  /// The graces of those who are dying of a doubted death.
  var graces: [Int32: Duration] = [:]

  var touchedRooms: ContiguousArray<Int32> = []
  var clearedRooms: ContiguousArray<Int32> = []
  var goneClients: ContiguousArray<Int32> = []
  /// Rooms to free, and how many of them nothing has been heard of since.
  var idleRooms: ContiguousArray<Int32> = []
  var idleCount = 0
  var ghosts: [Int32: [Ghost]] = [:]

  var unsavedClients: ContiguousArray<Int32> = []
  var unsavedMemberships: ContiguousArray<Int32> = []
  var unsavedRooms: ContiguousArray<Int32> = []
  var recountedRooms: ContiguousArray<Int32> = []

  /// Rooms that are paged through, the one asked for last at the end.
  var rosters: ContiguousArray<Roster> = []

  /// Clients that are present, and those that are known at all.
  public internal(set) var presentClients = 0
  public internal(set) var knownClients = 0
  public internal(set) var presences = 0
  public internal(set) var occupiedRooms = 0

  /// - Parameter revision: every revision will be greater.
  public init(rules: Rules, revision: Int64 = 0) {
    self.rules = rules
    lastRevision = revision
  }

  /// The next number of the one counter that all rooms' revisions come from.
  public mutating func nextRevision() -> Int64 {
    lastRevision += 1
    return lastRevision
  }

  /// The highest revision given out so far.
  public var revision: Int64 { lastRevision }

  /// No revision up to `revision` will be given out or used from now on.
  public mutating func raiseRevision(above revision: Int64) {
    let revision = min(revision, Revision.all.upperBound)
    revisionFloor = max(revisionFloor, revision)
    lastRevision = max(lastRevision, revision)
  }
}
