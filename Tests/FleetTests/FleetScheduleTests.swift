import Testing

@testable import Fleet

/// What the fleet decides, without a broker.
@Suite struct FleetScheduleTests {
  /// Runs a fleet on a network that always works, and lists what it did.
  private func history(_ plan: FleetPlan, until end: Duration) -> [(Duration, FleetMove)] {
    var schedule = FleetSchedule(plan: plan)
    var moves: [(Duration, FleetMove)] = []
    var now = Duration.zero
    while now <= end {
      while let move = schedule.next(at: now) {
        moves.append((now, move))
        if move.act == .connect { schedule.connected(move.client, at: now) }
      }
      guard let next = schedule.nextDeadline else { break }
      now = max(now, next)
    }
    return moves
  }

  @Test func sameSeedSameHistory() {
    let plan = FleetPlan()
    let (first, second) = (history(plan, until: .seconds(300)), history(plan, until: .seconds(300)))
    #expect(first.map(\.1) == second.map(\.1))
    #expect(first.map(\.0) == second.map(\.0))
  }

  @Test func anotherSeedAnotherHistory() {
    var other = FleetPlan()
    other.seed = 2
    #expect(
      history(FleetPlan(), until: .seconds(60)).map(\.1)
        != history(other, until: .seconds(60)).map(\.1))
  }

  @Test func aClientsDecisionsDoNotDependOnHowManyOthersThereAre() {
    var large = FleetPlan()
    large.clients = 100
    let alone = history(FleetPlan(), until: .seconds(200)).filter { $0.1.client == 3 }
    let crowd = history(large, until: .seconds(200)).filter { $0.1.client == 3 }
    #expect(alone.map(\.1) == crowd.map(\.1))
  }

  @Test func eachClientBeatsOnceAnIntervalWhileItIsOnline() {
    var plan = FleetPlan()
    (plan.vanishRate, plan.joinRate, plan.leaveRate) = (0, 0, 0)
    let moves = history(plan, until: .seconds(100))
    let beats = moves.filter { $0.1.act == .beat }
    #expect(beats.count == plan.clients * 10)
    let times = beats.filter { $0.1.client == 0 }.map(\.0)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == plan.heartbeat })
  }

  @Test func ratesAreEventsAMinuteOfOneClient() {
    var plan = FleetPlan()
    (plan.clients, plan.rooms) = (200, 50)
    let moves = history(plan, until: .seconds(600))
    let vanished = moves.count { $0.1.act == .cut || $0.1.act == .hang }
    // 200 clients, 10 minutes, 0.2 a minute online; a client is away for a fifteenth of its time.
    #expect((300...450).contains(vanished))
    let cut = moves.count { $0.1.act == .cut }
    #expect((vanished * 2 / 5...vanished * 3 / 5).contains(cut))
  }

  @Test func nobodyJoinsARoomTwiceOrLeavesOneItIsNotIn() {
    var plan = FleetPlan()
    (plan.joinRate, plan.leaveRate) = (10, 10)
    var rooms = (0..<plan.clients).map { Set(ClientHabits(plan: plan, client: $0).rooms) }
    for (_, move) in history(plan, until: .seconds(600)) {
      switch move.act {
      case .join(let room): #expect(rooms[move.client].insert(room).inserted)
      case .leave(let room): #expect(rooms[move.client].remove(room) != nil)
      default: break
      }
      #expect(rooms[move.client].count <= plan.roomsAtOnce)
    }
  }

  @Test func whoVanishedComesBack() {
    var plan = FleetPlan()
    (plan.clients, plan.vanishRate, plan.away) = (1, 10, .seconds(5))
    let acts = history(plan, until: .seconds(600)).map(\.1.act)
    let vanished = acts.count { $0 == .cut || $0 == .hang }
    #expect(vanished > 10)
    #expect(abs(acts.count { $0 == .connect } - vanished) <= 1)
  }

  @Test func neverMoreConnectionsUnderWayThanAllowed() {
    var plan = FleetPlan()
    (plan.clients, plan.connectingAtOnce) = (500, 200)
    var schedule = FleetSchedule(plan: plan)
    var connecting: [Int] = []
    while let move = schedule.next(at: .zero) { connecting.append(move.client) }
    #expect(connecting == Array(0..<200))
    schedule.connected(0, at: .zero)
    #expect(schedule.next(at: .zero) == FleetMove(client: 200, act: .connect))
    #expect(schedule.next(at: .zero) == nil)
  }

  @Test func aLostConnectionIsTriedAgainWithGrowingPauses() {
    var plan = FleetPlan()
    plan.clients = 1
    var schedule = FleetSchedule(plan: plan)
    var now = Duration.zero
    var pauses: [Duration] = []
    for _ in 0..<10 {
      #expect(schedule.next(at: now)?.act == .connect)
      schedule.lost(0, at: now)
      #expect(schedule.next(at: now) == nil)
      let next = schedule.nextDeadline ?? now
      pauses.append(next - now)
      now = next
    }
    #expect(pauses[0] >= .milliseconds(250) && pauses[0] < .milliseconds(500))
    #expect(pauses[9] >= .seconds(15) && pauses[9] < .seconds(30))
  }

  @Test func aPlanWithoutRoomsOrClientsDoesNothingWrong() {
    var plan = FleetPlan()
    (plan.rooms, plan.joinRate) = (0, 60)
    #expect(history(plan, until: .seconds(60)).allSatisfy { $0.1.act != .join(room: 0) })
    plan.clients = 0
    #expect(history(plan, until: .seconds(60)).isEmpty)
  }
}
