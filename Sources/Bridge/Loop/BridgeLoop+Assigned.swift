import Dialects
import Presence

/// Native clients with rooms by hand: their births name those as well.
extension BridgeLoop {
  /// Takes in a status of a client that is always to be in these rooms while it is there.
  func assignedStatus(
    _ who: Who, _ status: Status, _ payloadHash: UInt64, _ assigned: [[UInt8]],
    _ delivery: Delivery
  ) {
    guard case .online(var birth) = status else {
      if delivery.isReplay { return claim(who, status, payloadHash) }
      return engine.status(who, status, hash: payloadHash, at: now)
    }
    let isNamed = birth.rooms != nil || engine.standing(of: who) == nil
    if isNamed { birth = Assignments.add(assigned, to: birth, orFrom: []) }
    // With other rooms by hand it is another claim.
    var hash = ReportHash()
    hash.add(delivery.payload)
    for room in assigned { hash.add(room) }
    if delivery.isReplay {
      claim(who, .online(birth), hash.value)
    } else {
      engine.status(who, .online(birth), hash: hash.value, at: now)
    }
    if !isNamed { enter(assigned, who, delivery) }
  }

  private func claim(_ who: Who, _ status: Status, _ hash: UInt64) {
    engine.claim(who, status, hash: hash, isOlder: isReplayOlder, at: now)
  }

  private func enter(_ rooms: [[UInt8]], _ who: Who, _ delivery: Delivery) {
    for room in rooms {
      room.withUnsafeBytes { room in
        if delivery.isReplay {
          _ = engine.claimRoom(who, room, isThere: true, at: now)
        } else {
          engine.room(who, room, .join(data: nil), at: now)
        }
      }
    }
  }
}
