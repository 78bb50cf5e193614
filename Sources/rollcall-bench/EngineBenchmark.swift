import Bridge
import Glibc
import Presence
import Store
import Topics

/// The engine alone: topic and payload bytes in, changes out; no socket.
struct EngineBenchmark {
  let clients: Int
  let rooms: Int
  private var engine: Engine
  private var beats = HeartbeatBatch()
  private let reader = TopicReader(root: "presence")
  private var time: Int64 = 1_000_000_000_000
  private var shuffle = SeededGenerator(seed: 1)
  private var order: [Int32]

  init(clients: Int, rooms: Int, tellsRecounts: Bool = false) {
    self.clients = clients
    self.rooms = rooms
    engine = Self.emptyEngine(clients: clients, tellsRecounts: tellsRecounts)
    order = Array(0..<Int32(clients))
    order.shuffle(using: &shuffle)
  }

  private static func emptyEngine(clients: Int, tellsRecounts: Bool) -> Engine {
    var rules = Rules()
    rules.tellsRecounts = tellsRecounts
    rules.maxClients = max(rules.maxClients, 2 * clients)
    rules.heartbeatTimeout = .seconds(60)
    var engine = Engine(rules: rules)
    let now = Now(instant: Instant(nanoseconds: 1_000_000_000_000), wall: 1_700_000_000_000)
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
    return engine
  }

  private var now: Now {
    Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000 + time / 1_000_000)
  }

  mutating func run() {
    let joins = roomTopics()
    let before = residentMemory()
    measureJoin(joins)
    announceAll()
    let grown = residentMemory() - before
    Result("memory", clients: clients)
      .with("bytes_per_presence", Double(grown) / Double(clients)).print()
    measureHeartbeat()
    SourceBenchmark(clients: clients, order: order).run()
    measureIdleTick()
    measurePublish()
    measureCommitAndRestore()
    measureExpire()
    measureLeave()
  }

  private func roomTopics() -> TopicList {
    TopicList(order) { "rooms/\(TopicList.room($0 % rooms))" }
  }

  private mutating func measureJoin(_ topics: TopicList) {
    progress("join: \(clients) clients into \(rooms) rooms")
    let start = nanoseconds()
    topics.forEach { say($0, "join") }
    Result("join", clients: clients)
      .with(operations: clients, nanoseconds: nanoseconds() - start).print()
  }

  private mutating func measureLeave() {
    progress("leave")
    let topics = roomTopics()
    topics.forEach { say($0, "join") }
    announceAll()
    let start = nanoseconds()
    topics.forEach { say($0, "leave") }
    Result("leave", clients: clients)
      .with(operations: clients, nanoseconds: nanoseconds() - start).print()
  }

  private mutating func say(_ topic: UnsafeRawBufferPointer, _ word: StaticString) {
    guard case .room(let who, let room) = reader.read(topic) else { return }
    let payload = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard let action = try? Payload.room(payload) else { return }
    engine.room(who, room, action, at: now)
  }

  /// The median of several passes over all clients, a second of the engine's time apart.
  private mutating func measureHeartbeat() {
    order.shuffle(using: &shuffle)
    let topics = TopicList(order) { _ in "heartbeat" }
    let passes = max(5, 500_000 / clients)
    progress("heartbeat: \(passes) passes over \(clients) clients")
    var times: [Int64] = []
    for _ in 0..<passes {
      time += 1_000_000
      let start = nanoseconds()
      beat(topics)
      times.append(nanoseconds() - start)
    }
    Result("heartbeat", clients: clients)
      .with(operations: clients, nanoseconds: times.sorted()[passes / 2]).print()
  }

  private mutating func beat(_ topics: TopicList) {
    let now = now
    topics.forEach {
      if case .heartbeat(let who) = reader.read($0) { engine.heartbeat(who, in: &beats, at: now) }
    }
    engine.take(&beats, at: now)
  }

  private mutating func measureIdleTick() {
    let ticks = 200_000
    progress("tick_idle: \(ticks) ticks")
    _ = engine.tick(budget: .max, at: now)
    let start = nanoseconds()
    for _ in 0..<ticks { _ = engine.tick(budget: 4_000, at: now) }
    Result("tick_idle", clients: clients)
      .with(operations: ticks, nanoseconds: nanoseconds() - start).print()
  }

  /// A tenth of the clients falls silent at once; the rest has just been heard.
  private mutating func measureExpire() {
    let silent = clients / 10
    progress("expire: \(silent) of \(clients) clients at once")
    time += 50_000_000_000
    beat(TopicList(Array(order[silent...])) { _ in "heartbeat" })
    time += 20_000_000_000
    let start = nanoseconds()
    var longest: Int64 = 0
    var isBehind = true
    while isBehind {
      let began = nanoseconds()
      isBehind = engine.tick(budget: BridgeLoop.tickBudget, at: now)
      if engine.wantsFence { engine.fenceReturned(publishedAt: now.instant) }
      longest = max(longest, nanoseconds() - began)
      if engine.presences == clients - silent { break }
    }
    let elapsed = nanoseconds() - start
    Result("expire", clients: clients).with(operations: silent, nanoseconds: elapsed)
      .with("longest_ms", Double(longest) / 1e6).print()
    announceAll()
  }

  /// Joins everybody, and calls `body` after every so many joins.
  mutating func joinInTurns(of size: Int, _ body: (inout Engine) -> Void) {
    var count = 0
    roomTopics().forEach {
      say($0, "join")
      count += 1
      if count % size == 0 || count == clients { body(&engine) }
    }
  }

  /// Snapshots of rooms of 10, 100 and 1,000 members, as they are published.
  private mutating func measurePublish() {
    for members in [10, 100, 1_000] {
      var crowd = EngineBenchmark(clients: members, rooms: 1)
      crowd.joinInTurns(of: members) { _ in }
      let rounds = max(100, 50_000 / members)
      progress("publish: \(rounds) snapshots of \(members) members")
      let start = nanoseconds()
      var bytes = 0
      for _ in 0..<rounds { bytes += crowd.encode() }
      Result("publish", clients: clients).with("members", members)
        .with(operations: rounds, nanoseconds: nanoseconds() - start)
        .with("bytes", bytes / rounds).print()
    }
  }

  private mutating func encode() -> Int {
    let topic = Array("presence/occupancy/room".utf8)
    let encoder = RoomEncoder(now: now) { _ in .max }
    return encoder.snapshot(
      0, topic: topic, revision: 1, at: 1_700_000_000_000, limit: 256 << 10, engine: &engine
    ).count
  }

  private mutating func announceAll() {
    for room in engine.takeTouchedRooms() {
      let announcement = engine.announce(room)
      if !announcement.isEmpty { _ = engine.revisions(for: room, count: 1) }
    }
    _ = engine.takeUnsaved()
    engine.reclaim()
  }
}
