/// How a room's count changed between two commits, for whoever keeps its history.

public struct Recount: Equatable, Sendable {
  public var room: Int32
  /// As last committed.
  public var before: Int32
  /// Between the commits, both ends included.
  public var least: Int32
  public var greatest: Int32
  public var count: Int32
}

extension Engine {
  mutating func recount(_ room: Int32, by step: Int32) {
    let before = rooms[Int(room)].count
    let count = before + step
    rooms[Int(room)].count = count
    guard rules.tellsRecounts else { return }
    if rooms[Int(room)].flags.insert(.recounted).inserted {
      recountedRooms.append(room)
      rooms[Int(room)].committedCount = before
      rooms[Int(room)].least = min(before, count)
      rooms[Int(room)].greatest = max(before, count)
    } else {
      rooms[Int(room)].least = min(rooms[Int(room)].least, count)
      rooms[Int(room)].greatest = max(rooms[Int(room)].greatest, count)
    }
  }

  /// A room that was freed meanwhile has no flag any more, and cannot have: it was announced empty, and that
  /// only after a commit.
  mutating func takeRecounts() -> ContiguousArray<Recount> {
    var recounts: ContiguousArray<Recount> = []
    recounts.reserveCapacity(recountedRooms.count)
    for index in recountedRooms {
      guard rooms[Int(index)].flags.remove(.recounted) != nil else { continue }
      let room = rooms[Int(index)]
      recounts.append(
        Recount(
          room: index, before: room.committedCount, least: room.least, greatest: room.greatest,
          count: room.count))
    }
    recountedRooms.removeAll(keepingCapacity: true)
    return recounts
  }
}
