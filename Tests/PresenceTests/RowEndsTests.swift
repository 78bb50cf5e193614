import Presence
import Testing

/// Whatever the engine is told, it writes rows that it can read, and whatever rows it can read, it goes on from.
@Suite struct RowEndsTests {
  /// Tells an engine of a membership and a removal, and makes it anew from its rows.
  private func restored(
    wall: Int64 = 1_700_000_000_000, epoch: Int64? = nil, timeout: Duration? = nil,
    confirmation: Duration? = nil
  ) throws -> Engine {
    let now = Now(instant: Stage.start.instant, wall: wall)
    var engine = Engine(rules: .with { $0.offlineGrace = .zero })
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
    var birth = Birth(rooms: [Array("lab".utf8)], epoch: epoch, timeout: timeout)
    birth.confirmation = confirmation
    for name in ["a", "b"] {
      Array(name.utf8).withUnsafeBytes {
        engine.status(Who(client: $0), .online(birth), hash: 1, at: now)
        if name == "b" {
          engine.status(Who(client: $0), .offline(Death()), hash: 2, at: now)
        }
      }
    }
    var again = Engine(rules: engine.rules)
    try Rows(of: engine).restore(into: &again, at: now)
    return again
  }

  @Test(arguments: [Int64.min, -1, 0, 1 << 53 + 1, .max])
  func `a wall clock that is wrong leaves rows that can be read`(wall: Int64) throws {
    #expect(try restored(wall: wall).presences == 1)
  }

  @Test func `a removal before 1970 is one that a restart knows of`() throws {
    let now = Now(instant: Stage.start.instant, wall: -5_000)
    var stage = Stage()
    stage.engine.connected(at: now)
    stage.engine.settled(brokerRestarted: false, at: now)
    var engine = stage.engine
    Array("a".utf8).withUnsafeBytes { client in
      let who = Who(client: client)
      let birth = Status.online(Birth(rooms: [Array("lab".utf8)], timeout: .seconds(1)))
      engine.status(who, birth, hash: 1, at: now)
      let later = Now(instant: now.instant + .seconds(1), wall: -4_000)
      engine.fenceReturned(publishedAt: later.instant)
      _ = engine.tick(budget: 9, at: later)
      Array("hall".utf8).withUnsafeBytes { engine.room(who, $0, .join(data: nil), at: later) }
      engine.status(who, .offline(Death()), hash: 2, at: later)
    }
    var again = Engine(rules: Rules())
    try Rows(of: engine).restore(into: &again, at: now)
    try again.checkInvariants()
    #expect(again.presences == 1)
  }

  @Test(arguments: [Int64.min, -1, 0, 1 << 53, .max])
  func `an epoch at its ends leaves rows that can be read`(epoch: Int64) throws {
    let engine = try restored(epoch: epoch)
    let known = Array("a".utf8).withUnsafeBytes { engine.standing(of: Who(client: $0))?.epoch }
    #expect(known == (epoch < 0 ? nil : epoch))
  }

  @Test(arguments: [Duration.zero, .nanoseconds(1), .seconds(Int64.max), .seconds(-Int64.max)])
  func `a timeout at its ends leaves rows that can be read`(timeout: Duration) throws {
    #expect(try restored(timeout: timeout).presences == 1)
    #expect(try restored(timeout: .zero, confirmation: timeout).presences == 1)
  }

  @Test func `an epoch below 0 makes no word stale`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"])
    stage.offline("a", epoch: -5)
    stage.at(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.engine.counters.stale == 0)
  }

  @Test(arguments: [Int64.min, 0, 1, 1 << 53, .max])
  func `rows with times at their ends can be gone on from at any wall clock`(wall: Int64) throws {
    for time: Int64 in [0, 1 << 53] {
      var rows = RestoreTests.sound
      rows.clients[0]?.numbers[0] = 3
      rows.clients[0]?.numbers[1] = time
      rows.memberships[0]?.state = 2
      rows.rooms[0]?.emptiedAt = time
      var engine = Engine(rules: Rules())
      try rows.restore(into: &engine, at: Now(instant: Stage.start.instant, wall: wall))
      let later = Now(instant: Stage.start.instant + .seconds(1_000_000), wall: wall)
      engine.connected(at: later)
      engine.settled(brokerRestarted: true, at: later)
      while engine.tick(budget: 10, at: later) {}
      _ = Rows(of: engine)
    }
  }
}
