import Glibc
import MQTT

/// A fleet of real MQTT clients in one loop: connections through libmosquitto, with real wills.
///
/// What happens when is ``FleetSchedule``'s; this only carries it out. One thread; a turn costs what
/// is due and what has arrived, whatever the size of the fleet.
public final class SimulatedFleet {
  public let plan: FleetPlan
  public let names: FleetNames
  public private(set) var progress = FleetProgress()

  var schedule: FleetSchedule
  var members: [FleetMember] = []
  let template: ConnectionOptions
  private let ready: ReadySet
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var nextUpkeep = Duration.zero
  private var upkeepPlace = 0

  /// Deadlines this close together share a turn.
  private static let tick = Duration.milliseconds(5)
  /// Every connection's keep-alive is looked after once in so many slices of a quarter second.
  private static let upkeepSlices = 16
  private static let upkeepInterval = Duration.milliseconds(250)
  /// So much is begun before the sockets are looked at again.
  private static let movesPerTurn = 500

  /// - Parameters:
  ///   - template: where and how to connect; client id and will are the fleet's.
  ///   - root: of the bridge's topics.
  /// - Throws: when the system has no epoll descriptor left.
  public init(plan: FleetPlan, root: String, template: ConnectionOptions) throws(FleetError) {
    self.plan = plan
    self.template = template
    names = FleetNames(plan: plan, root: root)
    schedule = FleetSchedule(plan: plan)
    ready = try ReadySet()
    start = clock.now
    members = (0..<plan.clients).map { FleetMember(number: $0, fleet: self) }
    progress.clients = plan.clients
  }

  /// Since the fleet was made.
  public var now: Duration { clock.now - start }

  /// Does what is due, then waits for the network, at most for `limit`.
  public func turn(upTo limit: Duration) throws(FleetError) {
    var moves = 0
    while moves < Self.movesPerTurn, let move = schedule.next(at: now) {
      perform(move)
      moves += 1
    }
    let next = schedule.nextDeadline.map { max($0 - now, Self.tick) } ?? limit
    try turnNetwork(upTo: moves == Self.movesPerTurn ? .zero : min(limit, next))
  }

  /// Waits for the network and serves it; nothing new is begun.
  func turnNetwork(upTo limit: Duration) throws(FleetError) {
    keepAlive()
    for event in try ready.wait(min(limit, max(nextUpkeep - now, .zero))) {
      serve(members[event.token], event)
    }
    progress.online = schedule.online
    progress.connecting = schedule.connecting
  }

  private func perform(_ move: FleetMove) {
    let member = members[move.client]
    do throws(MQTTError) {
      switch move.act {
      case .connect: try member.connect(template, epochAtLeast: Self.milliseconds())
      case .beat: try member.beat()
      case .join(let room): try member.say(FleetPayloads.join, in: room)
      case .leave(let room): try member.say(FleetPayloads.leave, in: room)
      case .cut: member.drop()
      case .hang: hang(member)
      }
      count(move.act)
    } catch {
      // A message that cannot be sent is no reason to leave.
      if error.isOfConnection { giveUp(member, error) } else { note(error) }
    }
    flush(member)
  }

  private func hang(_ member: FleetMember) {
    if let descriptor = member.connection?.descriptor { ready.remove(descriptor) }
    member.hang()
  }

  private func serve(_ member: FleetMember, _ event: ReadySet.Event) {
    guard let connection = member.connection, member.stage != .hung else { return }
    if event.readable, connection.descriptor != nil {
      // An error is also told to the member, which reports it.
      repeat { try? connection.read() } while connection.hasInput
    }
    flush(member)
  }

  /// Sends what is queued, and watches the socket for what it now waits for.
  func flush(_ member: FleetMember) {
    guard let connection = member.connection, member.stage != .hung else { return }
    if member.stage == .parted { return member.disconnect() }
    if connection.descriptor != nil, connection.wantsWrite { try? connection.write() }
    guard let descriptor = connection.descriptor else { return member.drop() }
    let watch = ReadySet.Watch(descriptor: descriptor, wantsWrite: connection.wantsWrite)
    guard watch != member.watch || !member.isSettled else { return }
    do throws(FleetError) {
      try ready.set(watch, token: member.number)
      member.watch = watch
    } catch {
      giveUp(member, error)
    }
  }

  private func keepAlive() {
    guard now >= nextUpkeep else { return }
    nextUpkeep = now + Self.upkeepInterval
    for _ in 0..<min(members.count, members.count / Self.upkeepSlices + 1) {
      let member = members[upkeepPlace]
      upkeepPlace = (upkeepPlace + 1) % members.count
      guard member.stage != .hung, member.connection?.descriptor != nil else { continue }
      try? member.connection?.keepAlive()
      flush(member)
    }
  }

  private func count(_ act: FleetMove.Act) {
    switch act {
    case .connect: break
    case .beat: progress.beats += 1
    case .join: progress.joins += 1
    case .leave: progress.leaves += 1
    case .cut: progress.cut += 1
    case .hang: progress.hung += 1
    }
  }

  private static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

// What the members report.
extension SimulatedFleet {
  func rooms(of client: Int) -> [String] { schedule.rooms(of: client).map { names.room($0) } }

  func memberCameOnline(_ member: FleetMember) {
    progress.connects += 1
    schedule.connected(member.number, at: now)
  }

  /// - Parameter failure: `nil` when a DISCONNECT ended the connection as it should.
  func memberWentAway(_ member: FleetMember, because failure: MQTTError?) {
    if let failure { note(failure) }
    schedule.lost(member.number, at: now)
  }

  func note(_ error: any Error) {
    progress.errors += 1
    progress.lastError = "\(error)"
  }

  private func giveUp(_ member: FleetMember, _ error: any Error) {
    note(error)
    member.drop()
    schedule.lost(member.number, at: now)
  }
}
