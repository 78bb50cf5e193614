import Testing

@testable import Presence

/// The checks find what is broken: each corruption here is one that a fault of the engine could make.
@Suite struct InvariantTests {
  struct Corruption: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var change: @Sendable (inout Engine) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout Engine) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  /// Clients 0 to 5: `a` in two rooms with data, ann's `b`, `c` that is away, `hub` that carries `plug`, and `d` that
  /// is dying. Rooms 0 to 2: the lab, the hall, and the attic, which is empty and shown.
  private static func engine() throws -> Engine {
    var stage = Stage(rules: .with { $0.tellsRecounts = true })
    stage.online("a", rooms: ["lab", "hall"], timeout: .seconds(100), data: "{\"x\":1}")
    stage.online("b", user: "ann", rooms: ["lab"], timeout: .seconds(100))
    stage.online("c", rooms: ["lab", "attic"], timeout: .seconds(1))
    stage.online("hub", timeout: .seconds(100))
    stage.online("plug", rooms: ["hall"], timeout: .zero)
    stage.carry("plug", by: "hub")
    stage.online("d", rooms: ["lab"], timeout: .seconds(100))
    stage.catchUp()
    stage.at(.seconds(1))
    stage.tick()
    stage.offline("d")
    stage.catchUp()
    stage.join("b", "hall", user: "ann")
    let engine = stage.engine
    try engine.checkInvariants()
    return engine
  }

  static let corruptions: [Corruption] = [
    Corruption("a count of clients") { $0.knownClients += 1 },
    Corruption("a count of present clients") { $0.presentClients -= 1 },
    Corruption("a count of presences") { $0.presences += 1 },
    Corruption("a count of occupied rooms") { $0.occupiedRooms -= 1 },
    Corruption("a client's presences") { $0.clients[0].presences += 1 },
    Corruption("a room's count") { $0.rooms[0].count += 1 },
    Corruption("a room's users") { $0.rooms[0].users += 1 },
    Corruption("a room's anonymous members") { $0.rooms[0].anonymous -= 1 },
    Corruption("a room's sleepers") { $0.rooms[0].asleep = 1 },
    Corruption("a room's ties") { $0.rooms[0].ties -= 1 },
    Corruption("the members of a user in a room") { $0.usersOfRooms.removeAll() },
    Corruption("the clients of a user") { $0.userTies[0] += 1 },
    Corruption("the bytes of data") { $0.dataBytes -= 1 },
    Corruption("data that two records own") { $0.clients[1].data = $0.clients[0].data },
    Corruption("data that nobody owns") { $0.clients[0].data = -1 },
    Corruption("a client without a name") { $0.clientNames.remove(0) },
    Corruption("a room without a name") { $0.roomNames.remove(1) },
    Corruption("a state that is not counted") { $0.clients[0].state = .away },
    Corruption("a client that nobody looks at") { $0.timetable.cancel(0) },
    Corruption("a client looked at too late") {
      $0.timetable.schedule(0, at: Stage.start.instant + .seconds(10_000))
    },
    Corruption("a client that is away and not parked") { $0.timetable.cancel(2) },
    Corruption("a dying client that nobody notes") { $0.dying.removeAll() },
    Corruption("a removal that is kept") { $0.removals[0] = Stage.start.instant },
    Corruption("a member that is not linked") { $0.memberships[0].state = .away },
    Corruption("a member linked one way") { $0.memberships[0].previousInRoom = 1 },
    Corruption("a membership in no list") { $0.clients[0].firstMembership = -1 },
    Corruption("a membership of another client") { $0.memberships[0].client = 1 },
    Corruption("somebody who may come back, and is not linked") { $0.rooms[0].firstAway = -1 },
    Corruption("a change that nothing notes") { $0.memberships[0].flags.remove(.announced) },
    Corruption("a touch that is lost") { $0.rooms[1].touches.removeAll() },
    Corruption("a change without a revision") { $0.rooms[1].reserved = 0 },
    Corruption("a revision from the future") { $0.rooms[0].revision = .max },
    Corruption("an empty room that is never cleared") { $0.emptied.remove(2) },
    Corruption("an occupied room that is to be cleared") { $0.emptied.append(0, to: 0) },
    Corruption("an idle room that is counted") { $0.idleCount += 1 },
    Corruption("a room to announce that is not listed") { $0.touchedRooms.removeAll() },
    Corruption("a client to save that is not listed") { $0.clients[0].flags.insert(.unsaved) },
    Corruption("a membership to save that is listed twice") {
      $0.unsavedMemberships += $0.unsavedMemberships
    },
    Corruption("a room to save that is not flagged") { $0.unsavedRooms.append(0) },
    Corruption("a recount that spans too little") { $0.rooms[1].greatest = 0 },
    Corruption("a gateway that does not know whom it carries") { $0.carried.removeAll() },
    Corruption("somebody carried by nobody") { $0.clients[4].gateway = 90 },
    Corruption("a head of a room that has none") { $0.heads[0] = RoomHead() },
    Corruption("a page of a room that is not flagged") {
      $0.rosters.append(Roster(room: 0, cursor: -1))
    },
  ]

  @Test(arguments: corruptions)
  func `a check finds what is broken`(corruption: Corruption) throws {
    var engine = try Self.engine()
    corruption.change(&engine)
    #expect(throws: BrokenInvariant.self) { try engine.checkInvariants() }
  }

  @Test func `a head and a page that are not in order are found`() throws {
    var stage = Stage(rules: .with { $0.membersLimit = 2 })
    for number in 100..<180 { stage.join("c\(number)", "lab") }
    stage.catchUp()
    _ = stage.engine.firstNames(of: 0)
    var budget = 1_000
    _ = stage.engine.membersPage(of: 0, after: nil, limit: 10, budget: &budget)
    try stage.engine.checkInvariants()
    var engine = stage.engine
    engine.heads[0]?.members.swapAt(0, 1)
    #expect(throws: BrokenInvariant.self) { try engine.checkInvariants() }
    engine = stage.engine
    engine.heads[0]?.members.removeSubrange(1...)
    #expect(throws: BrokenInvariant.self) { try engine.checkInvariants() }
    engine = stage.engine
    engine.rosters[0].members.remove(at: 3)
    #expect(throws: BrokenInvariant.self) { try engine.checkInvariants() }
  }
}
