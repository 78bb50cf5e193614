/// Time passes: connections begin, settle and end, fences come back, and who is silent goes.
///
/// Silence is only proof with a fence: a message that we published after the deadline and that came
/// back through the broker, behind whatever the client may have said in time. A broker that hangs, a
/// backlog, a bridge that was stopped: none of them makes anybody silent.
extension Engine {
  /// The connection to the broker has ended; nothing falls due until the next one has settled.
  public mutating func disconnected(at now: Now) {
    self.now = now
    phase = .disconnected
    proven = Instant(nanoseconds: .min)
    pruneDying()
    for index in dying { clients[Int(index)].mark = Client.heldDeath }
  }

  /// Connected: from now on replays and redeliveries come in.
  public mutating func connected(at now: Now) {
    if phase != .disconnected { disconnected(at: now) }
    self.now = now
    phase = .settling
    countConnection()
    vouched.removeAll()
  }

  /// Two bytes in each client's record count connections. Before a number is used again, nobody has it any more: a
  /// client that was heard live 65,535 connections ago would look as if heard in this one.
  private mutating func countConnection() {
    if connection == .max {
      connection = Client.unheard
      for index in clients.indices { clients[index].connection = Client.unheard }
    }
    connection += 1
  }

  /// The fence behind the replays has come back. Everybody gets one full timeout from here.
  ///
  /// - Parameter brokerRestarted: the deaths found since connecting may be the broker's own doing,
  ///   and a will may have been lost with it.
  /// - Parameter willsLost: whether a will may; `nil`: as `brokerRestarted` says. A session that was lost is no
  ///   sign of it where the broker tells that it has been up all the time.
  /// - Parameter retainedLost: the broker has lost all that it retained, so that what it retains now was said to it
  ///   since: who is said to be there by a topic that its will replaces is there.
  public mutating func settled(
    brokerRestarted: Bool, willsLost: Bool? = nil, retainedLost: Bool = false, at now: Now
  ) {
    self.now = now
    phase = .live
    floor = now.instant
    pruneDying()
    for index in dying {
      let isClaimed = clients[Int(index)].flags.remove(.claimed) != nil
      if isClaimed, brokerRestarted {
        pardon(index)
        continue
      }
      let isHeld = clients[Int(index)].mark == Client.heldDeath
      let grace = isHeld || brokerRestarted ? rules.restartGrace : rules.offlineGrace
      clients[Int(index)].mark = now.instant + max(grace, graces[index] ?? .zero)
      schedule(index)
    }
    if willsLost ?? brokerRestarted { doubtWillsAlone() }
    if retainedLost { trustVouched() }
    vouched.removeAll()
  }

  private mutating func trustVouched() {
    for index in vouched where clients[Int(index)].isPresent {
      guard clients[Int(index)].flags.remove(.unconfirmed) != nil else { continue }
      schedule(index)
      save(client: index)
    }
  }

  /// The broker sent its will and went; the broker that is there now, which lost our session, holds its
  /// birth: it was back before us. That is not heard live, so it has its timeout to show up.
  private mutating func pardon(_ index: Int32) {
    stopDying(index)
    if clients[Int(index)].reliesOnWill { clients[Int(index)].flags.insert(.unconfirmed) }
    schedule(index)
  }

  /// A will is lost with the broker that held it: who relies on it alone has to be heard. For what a gateway carries,
  /// and comes back with, it is enough that the gateway is.
  private mutating func doubtWillsAlone() {
    for index in clients.indices
    where clients[index].isPresent && clients[index].reliesOnWill
      && clients[index].connection != connection
      && (clients[index].gateway < 0 || clients[index].flags.contains(.returnsAlone))
    {
      clients[index].flags.insert(.unconfirmed)
      schedule(Int32(index))
      save(client: Int32(index))
    }
  }

  /// A fence that was published at `time` has come back in this connection.
  public mutating func fenceReturned(publishedAt time: Instant) { proven = max(proven, time) }

  /// Somebody is silent, and a fence published from now on would prove it.
  public var wantsFence: Bool { phase == .live && timetable.firstSuspect != nil }

  /// When ``tick(budget:at:)`` has something to do next; `nil` while nothing can fall due.
  public var nextDeadline: Instant? {
    guard phase == .live else { return nil }
    if checked < unchecked.count { return now.instant }
    var next = timetable.nextTime
    if let oldest = timetable.firstAway {
      next = min(next ?? .never, clients[Int(oldest)].mark + rules.forgetAfter)
    }
    if let room = emptied.first(of: Self.shownEmpty) {
      next = min(next ?? .never, rooms[Int(room)].emptiedAt + rules.emptyRoomTTL)
    }
    return next
  }

  /// Works off what has fallen due, at most `budget` clients and rooms.
  ///
  /// - Returns: whether the budget ran out before the work did.
  public mutating func tick(budget: Int, at now: Now) -> Bool {
    self.now = now
    guard phase == .live else { return false }
    var left = budget
    while left > 0, let index = timetable.pop(at: now.instant) {
      left -= 1
      if deadline(of: index) <= now.instant { timetable.suspect(index) } else { schedule(index) }
    }
    removeSilent(budget: &left)
    seeToCarried(budget: &left)
    clearEmptied(budget: &left)
    while left > 0, let oldest = timetable.firstAway,
      clients[Int(oldest)].mark + rules.forgetAfter <= now.instant
    {
      left -= 1
      forget(oldest, reason: .forgotten)
    }
    return left == 0
  }

  private mutating func removeSilent(budget: inout Int) {
    while budget > 0, let index = timetable.firstSuspect {
      let deadline = deadline(of: index)
      if deadline > now.instant {
        schedule(index)
      } else if proven >= deadline {
        let client = clients[Int(index)]
        let hasDied = client.state == .dying && client.mark <= silence(of: index)
        remove(index, reason: hasDied ? .offline : .expired)
      } else {
        return
      }
      budget -= 1
    }
  }

  /// Puts a client at its deadline. A suspect that is still overdue keeps its place: behind others it would wait for
  /// proof that they need, and it has.
  mutating func schedule(_ index: Int32) {
    let deadline = deadline(of: index)
    if timetable.isSuspect(index), deadline <= now.instant { return }
    timetable.schedule(index, at: deadline)
  }

  /// When a client goes unless it is heard before.
  func deadline(of index: Int32) -> Instant {
    let client = clients[Int(index)]
    switch client.state {
    case .online: return silence(of: index)
    case .dying:
      return client.mark < Client.foundDeath
        ? min(client.mark, silence(of: index)) : silence(of: index)
    case .away, .gone, .free: return .never
    }
  }

  private func silence(of index: Int32) -> Instant {
    let client = clients[Int(index)]
    let start = max(client.lastHeard, floor)
    switch client.timeout {
    case -1: return start + rules.heartbeatTimeout
    case ...0:
      guard client.flags.contains(.unconfirmed) else { return .never }
      let limit = client.timeout == 0 ? rules.heartbeatTimeout : .nanoseconds(-client.timeout)
      return start + limit
    default: return start + .nanoseconds(client.timeout)
    }
  }

  mutating func noteDying(_ index: Int32) {
    if dying.count > 1024, dying.count > 2 * presentClients { pruneDying() }
    dying.append(index)
  }

  /// Who died, lived and died again stands there more than once.
  private mutating func pruneDying() {
    var kept: ContiguousArray<Int32> = []
    var seen: Set<Int32> = []
    for index in dying where clients[Int(index)].state == .dying && seen.insert(index).inserted {
      kept.append(index)
    }
    dying = kept
  }
}
