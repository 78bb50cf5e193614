/// The rows that differ from the database, by number; a number without a row is to be deleted.
public struct Unsaved: Equatable, Sendable {
  public var clients: ContiguousArray<Int32> = []
  public var memberships: ContiguousArray<Int32> = []
  public var rooms: ContiguousArray<Int32> = []
  /// How the counts of rooms changed; empty unless the rules want it.
  public var recounts: ContiguousArray<Recount> = []

  public init() {}

  /// Entries in all.
  public var count: Int { clients.count + memberships.count + rooms.count + recounts.count }
  public var isEmpty: Bool { count == 0 }

  /// Adds what has to be written after it.
  public mutating func append(_ later: Unsaved) {
    guard !isEmpty else { return self = later }
    clients.append(contentsOf: later.clients)
    memberships.append(contentsOf: later.memberships)
    rooms.append(contentsOf: later.rooms)
    recounts.append(contentsOf: later.recounts)
  }

  /// Takes out up to so many entries, and of recounts the oldest.
  public mutating func take(_ limit: Int) -> Unsaved {
    if count <= limit {
      defer { self = Unsaved() }
      return self
    }
    var taken = Unsaved()
    taken.rooms = Self.take(limit, of: &rooms)
    taken.clients = Self.take(limit - taken.count, of: &clients)
    taken.memberships = Self.take(limit - taken.count, of: &memberships)
    let few = recounts.prefix(limit - taken.count)
    taken.recounts = ContiguousArray(few)
    recounts.removeFirst(few.count)
    return taken
  }

  private static func take(
    _ limit: Int, of numbers: inout ContiguousArray<Int32>
  ) -> ContiguousArray<Int32> {
    let few = ContiguousArray(numbers.suffix(limit))
    numbers.removeLast(few.count)
    return few
  }
}

extension Engine {
  public var hasUnsaved: Bool {
    !unsavedClients.isEmpty || !unsavedMemberships.isEmpty || !unsavedRooms.isEmpty
  }

  /// Rows that differ from the database.
  public var unsavedRows: Int {
    unsavedClients.count + unsavedMemberships.count + unsavedRooms.count
  }

  public var hasUnsavedRooms: Bool { !unsavedRooms.isEmpty }

  /// What is to be saved now; the engine takes it for saved from here on.
  public mutating func takeUnsaved() -> Unsaved {
    for index in unsavedClients { clients[Int(index)].flags.remove(.unsaved) }
    for index in unsavedMemberships { memberships[index].flags.remove(.unsaved) }
    for index in unsavedRooms { rooms[Int(index)].flags.remove(.unsaved) }
    var unsaved = Unsaved()
    unsaved.clients = unsavedClients
    unsaved.memberships = unsavedMemberships
    unsaved.rooms = unsavedRooms
    unsaved.recounts = takeRecounts()
    unsavedClients.removeAll(keepingCapacity: true)
    unsavedMemberships.removeAll(keepingCapacity: true)
    unsavedRooms.removeAll(keepingCapacity: true)
    return unsaved
  }

  /// Every number that may have a row.
  public var everything: Unsaved {
    var all = Unsaved()
    all.clients = ContiguousArray(0..<Int32(clients.count))
    all.memberships = ContiguousArray(0..<Int32(memberships.capacity))
    all.rooms = ContiguousArray(0..<Int32(rooms.count))
    return all
  }
}
