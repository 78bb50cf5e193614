/// What changed in a room since it was last announced: the net of it, ready to be published.
///
/// Publishing goes by state, not by queue: however often a room changes before it can be announced,
/// it stands in the list once, and its announcement names who really came, went or changed.

/// The net change of one room. Client indices are valid until ``Engine/reclaim()``.
public struct Announcement: Equatable, Sendable {
  public struct Change: Equatable, Sendable {
    public var client: Int32
    public var reason: Reason

    public init(client: Int32, reason: Reason) {
      self.client = client
      self.reason = reason
    }
  }

  public var room: Int32
  public var added: [Change] = []
  public var removed: [Change] = []
  public var updated: [Int32] = []
  /// Members that a retained snapshot named, and that this engine knows nothing of.
  public var ghosts: [Ghost] = []

  public var isEmpty: Bool {
    added.isEmpty && removed.isEmpty && updated.isEmpty && ghosts.isEmpty
  }
}

/// A member that only a retained snapshot knows.
public struct Ghost: Equatable, Sendable {
  public var user: [UInt8]?
  public var client: [UInt8]
}

extension Engine {
  /// The rooms that were touched since the last call, in order. A room may be announced long after:
  /// it is listed again by each further touch.
  public mutating func takeTouchedRooms() -> ContiguousArray<Int32> {
    defer { touchedRooms.removeAll() }
    for room in touchedRooms { rooms[Int(room)].flags.remove(.listed) }
    return touchedRooms
  }

  /// Whether a room holds changes that were not announced.
  public func isTouched(_ room: Int32) -> Bool { !rooms[Int(room)].touches.isEmpty }

  /// Whether a room went from empty to occupied or back since it was last announced.
  public func isEdge(_ room: Int32) -> Bool {
    (rooms[Int(room)].count == 0) != (rooms[Int(room)].announcedCount == 0)
  }

  /// Whether a room's retained topics exist, or are about to.
  public func isShown(_ room: Int32) -> Bool {
    roomNames.isTaken(room) && rooms[Int(room)].flags.contains(.shown)
  }

  /// Whether the retained topics of any room exist, or should. A walk over the rooms, to the first.
  public var showsRooms: Bool { rooms.indices.contains { isShown(Int32($0)) } }

  /// Takes a room's net change since the last announcement. Where it is empty there is nothing to
  /// publish; otherwise the caller publishes, with the numbers of ``revisions(for:count:)``.
  public mutating func announce(_ room: Int32) -> Announcement {
    var announcement = Announcement(room: room)
    let touches = rooms[Int(room)].touches
    rooms[Int(room)].touches = []
    for touch in touches { settle(touch, into: &announcement) }
    announcement.ghosts = ghosts.removeValue(forKey: room) ?? []
    if !announcement.isEmpty { show(room) }
    noteIfIdle(room)
    noteIfEmpty(room)
    return announcement
  }

  /// A room in which nobody is, and of which nothing is left to say, waits to be cleared, or for those who may come
  /// back. One that filled and emptied with nobody told has its time begin again.
  private mutating func noteIfEmpty(_ room: Int32) {
    guard rooms[Int(room)].count == 0, rooms[Int(room)].touches.isEmpty, ghosts[room] == nil,
      !rooms[Int(room)].flags.contains(.idle)
    else { return }
    emptied.append(room, to: isShown(room) ? Self.shownEmpty : Self.hiddenEmpty)
  }

  private mutating func settle(_ touch: Room.Touch, into announcement: inout Announcement) {
    let index = touch.membership
    let before = memberships[index].flags.contains(.announced)
    let client = memberships[index].client
    let reason = memberships[index].reason
    memberships[index].flags.remove([.touched, .announced])
    guard memberships[index].state == .present else {
      if before { announcement.removed.append(.init(client: client, reason: reason)) }
      if memberships[index].state == .ended { free(membership: index) }
      return
    }
    memberships[index].flags.insert(.announced)
    if !before {
      announcement.added.append(.init(client: client, reason: reason))
    } else if touch.data != shownData(of: index)
      || touch.isAsleep != clients[Int(client)].flags.contains(.asleep)
    {
      announcement.updated.append(client)
    }
  }

  private mutating func show(_ room: Int32) {
    let isNew = rooms[Int(room)].flags.insert(.shown).inserted
    rooms[Int(room)].announcedCount = rooms[Int(room)].count
    if isNew, rooms[Int(room)].count == 0 { save(room: room) }
  }

  /// The revision of the last announcement of a room, and `count` new ones that follow on each other:
  /// the last is the snapshot's.
  public mutating func revisions(for room: Int32, count: Int) -> (previous: Int64, new: [Int64]) {
    let previous = rooms[Int(room)].revision
    let reserved = rooms[Int(room)].reserved
    let isUsable = count == 1 && reserved > max(previous, revisionFloor)
    let new = isUsable ? [reserved] : (0..<count).map { _ in nextRevision() }
    rooms[Int(room)].revision = new[count - 1]
    rooms[Int(room)].reserved = 0
    if !isUsable { save(room: room) }
    return (previous, new)
  }

  /// The revision that a room was announced with last; 0: it never was.
  public func revision(of room: Int32) -> Int64 { rooms[Int(room)].revision }

  /// The revision that a snapshot of the room as it stands carries when nothing is announced with it:
  /// the last one, or a new one where there was none or a retained topic shows a later.
  public mutating func revisionForRepair(of room: Int32, seen: Int64) -> Int64 {
    let last = rooms[Int(room)].revision
    if last > seen { return last }
    return revisions(for: room, count: 1).new[0]
  }

  /// A retained topic shows the room as it is, under this revision: so that was announced.
  public mutating func confirmRevision(_ revision: Int64, of room: Int32) {
    guard revision > rooms[Int(room)].revision else { return }
    raiseRevision(above: revision)
    rooms[Int(room)].revision = revision
    save(room: room)
  }

  /// Whether a retained snapshot names members of a room that the engine does not know.
  public func hasGhosts(_ room: Int32) -> Bool { ghosts[room] != nil }

  /// Takes over what a retained snapshot says of a room of which this engine, whose database was lost,
  /// has announced nothing: who is present in both was announced, and has been a member since then.
  public mutating func adopt(
    _ room: Int32, revision: Int64, members: [(user: [UInt8]?, client: [UInt8], since: Int64)]
  ) {
    guard rooms[Int(room)].revision == 0, !rooms[Int(room)].flags.contains(.restored) else {
      return
    }
    var unknown: [Ghost] = []
    for member in members {
      guard let index = presentMembership(member.user, member.client, in: room) else {
        unknown.append(Ghost(user: member.user, client: member.client))
        continue
      }
      memberships[index].since = member.since.clamped(to: RowBounds.sinces)
      memberships[index].flags.insert(.announced)
      save(membership: index)
    }
    for touch in rooms[Int(room)].touches.indices {
      let index = rooms[Int(room)].touches[touch].membership
      rooms[Int(room)].touches[touch].data = shownData(of: index)
      rooms[Int(room)].touches[touch].isAsleep =
        clients[Int(memberships[index].client)].flags.contains(.asleep)
    }
    if !unknown.isEmpty { ghosts[room] = unknown }
    raiseRevision(above: revision)
    rooms[Int(room)].revision = min(max(0, revision), lastRevision)
    rooms[Int(room)].announcedCount = Int32(clamping: members.count)
    if rooms[Int(room)].flags.insert(.shown).inserted, rooms[Int(room)].count == 0 {
      rooms[Int(room)].emptiedAt = now.instant
    }
    wake(room)
    emptied.remove(room)
    noteIfEmpty(room)
    save(room: room)
  }

  private func presentMembership(
    _ user: [UInt8]?, _ client: [UInt8], in room: Int32
  ) -> Int32? {
    let index = client.withUnsafeBytes { client in
      guard let user else { return find(Who(client: client)) }
      return user.withUnsafeBytes { find(Who(user: $0, client: client)) }
    }
    guard let index, let membership = membership(of: index, in: room),
      memberships[membership].state == .present
    else { return nil }
    return membership
  }
}
