import Dialects
import Presence

/// Replays of the sources' retained topics.
extension BridgeLoop {
  func claim(_ report: Report) {
    let who = report.who
    if isReplayOlder, engine.standing(of: who) != nil { return }
    switch report.word {
    case .status(let status):
      engine.claim(
        who, status, hash: report.hash, isWillRetained: isLastWord(report), at: now)
    case .heartbeat: break
    case .room: tally.replaysIgnored += 1
    case .isThere(let room, let birth): claimRoom(room, birth, report)
    case .isNotThere(let room, let death): claimAbsence(from: room, death, report)
    case .isForgotten: break
    }
  }

  /// Whether nothing can have been said on the topic since. With a session that was kept we would have been sent what was,
  /// so a birth that reads like one before a death is that one: a device's will need not be retained.
  private func isLastWord(_ report: Report) -> Bool {
    switch report.wills {
    case .certain: true
    case .likely: session?.recovery.isSessionNew ?? false
    case .none: false
    }
  }

  private func claimRoom(_ room: UnsafeRawBufferPointer, _ birth: Birth, _ report: Report) {
    guard engine.place(of: report.who)?.isOnline == true, ownRooms(of: report) > 0 else {
      return claimWhole(room, birth, report)
    }
    if let epoch = birth.epoch, let known = engine.standing(of: report.who)?.epoch, epoch < known {
      tally.stale += 1
    } else if birth.departure == .moved {
      // One room at a time: the topic of the room that it is known to be in has to take that back first.
      if engine.isMember(report.who, of: room) {
        claimWhole(room, birth, report)
      } else {
        session?.moves.note(
          report, Self.birth(birth, in: room, report), isLastWord: isLastWord(report))
      }
    } else {
      // The first says nothing new, unless it is of another connection or configuration.
      claimWhole(room, birth, report)
      _ = engine.claimRoom(report.who, room, isThere: true, at: now)
    }
  }

  private func claimWhole(_ room: UnsafeRawBufferPointer, _ birth: Birth, _ report: Report) {
    engine.claim(
      report.who, .online(Self.birth(birth, in: room, report)), hash: report.hash,
      isWillRetained: isLastWord(report), at: now)
  }

  private func claimAbsence(from room: UnsafeRawBufferPointer, _ death: Death, _ report: Report) {
    guard engine.isMember(report.who, of: room) else { return }
    if let epoch = death.epoch, epoch < engine.standing(of: report.who)?.epoch ?? .min {
      tally.stale += 1
      return
    }
    session?.moves.noteAbsence(report, from: room, death)
  }

  /// All retained topics have been replayed: who is not where it was is elsewhere, or gone.
  func settleMoves(_ session: Session) {
    for (client, absence, move) in session.moves.all {
      client.withWho { who in
        absence.room.withUnsafeBytes { settle(who, $0, absence, move) }
      }
    }
    session.moves.removeAll()
  }

  private func settle(
    _ who: Who, _ room: UnsafeRawBufferPointer, _ absence: ClaimedMoves.Absence,
    _ move: ClaimedMoves.Move?
  ) {
    if let move {
      engine.claim(
        who, .online(move.birth), hash: move.hash, isWillRetained: move.isLastWord, at: now)
    } else if ownRooms(of: who, byHand: absence.byHand) > 1 {
      _ = engine.claimRoom(who, room, isThere: false, at: now)
    } else if engine.isMember(who, of: room) {
      engine.claim(who, .offline(absence.death), hash: absence.hash, at: now)
    }
  }
}

/// What retained topics say of clients that are known to be in a room, where each room has a topic. They come in any
/// order, so only when all have come is it known who has moved and who is gone.
struct ClaimedMoves {
  struct Move {
    var hash: UInt64
    var birth: Birth
    var isLastWord: Bool
  }

  struct Absence {
    var room: [UInt8]
    var hash: UInt64
    var death: Death
    var byHand: [[UInt8]]
  }

  struct Client: Hashable {
    var user: [UInt8]?
    var client: [UInt8]

    init(_ who: Who) {
      user = who.user.map { [UInt8]($0) }
      client = [UInt8](who.client)
    }

    func withWho(_ body: (Who) -> Void) {
      client.withUnsafeBytes { client in
        guard let user else { return body(Who(client: client)) }
        user.withUnsafeBytes { body(Who(user: $0, client: client)) }
      }
    }
  }

  private var moves: [Client: Move] = [:]
  /// In the order in which they came.
  private var absences: [(client: Client, absence: Absence)] = []

  mutating func note(_ report: Report, _ birth: Birth, isLastWord: Bool) {
    moves[Client(report.who)] = Move(hash: report.hash, birth: birth, isLastWord: isLastWord)
  }

  mutating func noteAbsence(_ report: Report, from room: UnsafeRawBufferPointer, _ death: Death) {
    let absence = Absence(
      room: [UInt8](room), hash: report.hash, death: death, byHand: report.assigned)
    absences.append((Client(report.who), absence))
  }

  var all: [(client: Client, absence: Absence, move: Move?)] {
    absences.map { ($0.client, $0.absence, moves[$0.client]) }
  }

  mutating func removeAll() {
    moves = [:]
    absences = []
  }
}
