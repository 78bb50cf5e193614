/// Who of the fleet does what when: the habits of all clients on one time line, with connections
/// made a few at a time and tried again with back-off.
///
/// Pure: times are durations since the fleet began, what the network does is told by
/// ``connected(_:at:)`` and ``lost(_:at:)``. A turn costs what is due, never the whole fleet.
public struct FleetSchedule {
  private enum Stage { case away, queued, connecting, online }

  private struct Client {
    var habits: ClientHabits
    var stage = Stage.away
    var generation: UInt32 = 0
    var failures = 0
  }

  private let plan: FleetPlan
  private var clients: [Client]
  private var heap = DeadlineHeap()
  private var queue: [Int] = []
  private var queueHead = 0
  private var jitter: SplitMix64
  /// How many connections are under way.
  public private(set) var connecting = 0
  /// How many clients are connected and beating.
  public private(set) var online = 0

  public init(plan: FleetPlan) {
    self.plan = plan
    jitter = SplitMix64(seed: plan.seed, stream: .max)
    clients = (0..<plan.clients).map { Client(habits: ClientHabits(plan: plan, client: $0)) }
    for client in clients.indices { schedule(client, due: .zero) }
  }

  /// When ``next(at:)`` may have something again, unless a connection is made or lost before.
  public var nextDeadline: Duration? { heap.first?.due }

  /// In which rooms a client is, ascending.
  public func rooms(of client: Int) -> [Int] { clients[client].habits.rooms }

  /// The next thing to do at `now`; call it until it is `nil`.
  public mutating func next(at now: Duration) -> FleetMove? {
    while true {
      if let client = dequeue() { return FleetMove(client: client, act: .connect) }
      guard let entry = heap.first, entry.due <= now else { return nil }
      _ = heap.pop()
      guard entry.generation == clients[entry.client].generation else { continue }
      if let act = turn(of: entry.client, at: now) {
        return FleetMove(client: entry.client, act: act)
      }
    }
  }

  /// The broker has accepted the client.
  public mutating func connected(_ client: Int, at now: Duration) {
    guard clients[client].stage == .connecting else { return }
    connecting -= 1
    online += 1
    clients[client].stage = .online
    clients[client].failures = 0
    clients[client].habits.cameOnline(at: now)
    schedule(client, due: clients[client].habits.nextDue)
  }

  /// The connection could not be made, or was lost without the client's doing.
  public mutating func lost(_ client: Int, at now: Duration) {
    switch clients[client].stage {
    case .connecting: connecting -= 1
    case .online: online -= 1
    case .away, .queued: return
    }
    clients[client].stage = .away
    schedule(client, due: now + backOff(client))
  }

  private mutating func turn(of client: Int, at now: Duration) -> FleetMove.Act? {
    guard clients[client].stage == .online else {
      clients[client].stage = .queued
      queue.append(client)
      return nil
    }
    let act = clients[client].habits.act(at: now)
    if act == .cut || act == .hang {
      online -= 1
      clients[client].stage = .away
      schedule(client, due: now + clients[client].habits.timeAway())
    } else {
      schedule(client, due: clients[client].habits.nextDue)
    }
    return act
  }

  private mutating func dequeue() -> Int? {
    guard queueHead < queue.count, connecting < plan.connectingAtOnce else { return nil }
    let client = queue[queueHead]
    queueHead += 1
    if queueHead == queue.count { (queue, queueHead) = ([], 0) }
    connecting += 1
    clients[client].stage = .connecting
    return client
  }

  private mutating func schedule(_ client: Int, due: Duration?) {
    clients[client].generation &+= 1
    guard let due else { return }
    heap.push(.init(due: due, client: client, generation: clients[client].generation))
  }

  /// From half a second, doubled up to half a minute, each with a jitter of a half.
  private mutating func backOff(_ client: Int) -> Duration {
    let doublings = min(clients[client].failures, 6)
    clients[client].failures += 1
    let ceiling = min(.milliseconds(500) * (1 << doublings), Duration.seconds(30))
    return ceiling * Double.random(in: 0.5..<1, using: &jitter)
  }
}
