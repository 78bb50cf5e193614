import Dialects
import Presence

/// Replays of the sources' retained topics.
extension BridgeLoop {
  func claim(_ report: Report) {
    let who = report.who
    switch report.word {
    case .status(let status): engine.claim(who, status, hash: report.hash, at: now)
    case .heartbeat: break
    case .room: tally.replaysIgnored += 1
    case .isThere(let room, let birth): claimRoom(room, birth, report)
    case .isNotThere(let room, let death): claimAbsence(from: room, death, report)
    case .isForgotten: break
    }
  }

  private func claimRoom(_ room: UnsafeRawBufferPointer, _ birth: Birth, _ report: Report) {
    let place = engine.place(of: report.who)
    guard place?.isOnline == true, place?.rooms != 0 else {
      let status = Status.online(Self.birth(birth, in: room, report))
      return engine.claim(report.who, status, hash: report.hash, at: now)
    }
    if birth.departure == .moved {
      // One room at a time: the topic of the room that it is known to be in has to take that back first.
      guard !engine.isMember(report.who, of: room) else { return }
      moves.note(report.who, room, report.hash, birth)
    } else {
      _ = engine.claimRoom(report.who, room, isThere: true, at: now)
    }
  }

  private func claimAbsence(from room: UnsafeRawBufferPointer, _ death: Death, _ report: Report) {
    guard engine.isMember(report.who, of: room) else { return }
    if !isOnlyRoom(room, of: report) {
      _ = engine.claimRoom(report.who, room, isThere: false, at: now)
    } else if let move = moves.take(report.who) {
      let birth = move.room.withUnsafeBytes { Self.birth(move.birth, in: $0, report) }
      engine.claim(report.who, .online(birth), hash: move.hash, at: now)
    } else {
      engine.claim(report.who, .offline(death), hash: report.hash, at: now)
    }
  }
}

/// Rooms that retained topics name for clients that are known to be in another one, where a client is in one
/// room at a time. Retained topics come in any order, so it is not known yet which of them is out of date.
struct ClaimedMoves {
  struct Move {
    var room: [UInt8]
    var hash: UInt64
    var birth: Birth
  }

  private var moves: [[UInt8]: Move] = [:]

  mutating func note(_ who: Who, _ room: UnsafeRawBufferPointer, _ hash: UInt64, _ birth: Birth) {
    moves[Self.key(who)] = Move(room: [UInt8](room), hash: hash, birth: birth)
  }

  mutating func take(_ who: Who) -> Move? {
    moves.isEmpty ? nil : moves.removeValue(forKey: Self.key(who))
  }

  mutating func removeAll() { moves = [:] }

  /// A client's name has no slash in it, nor has its user's.
  private static func key(_ who: Who) -> [UInt8] {
    [UInt8](who.client) + [0x2f] + (who.user.map { [UInt8]($0) } ?? [])
  }
}
