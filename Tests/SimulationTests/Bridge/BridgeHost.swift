import Bridge
import Presence
import Store

/// Runs the bridge: turn after turn, from process to process.
final class BridgeHost {
  unowned let world: World
  private(set) var loop: BridgeLoop?
  private(set) var process = SimulatedProcess()
  private var storage: SimulatedStorage?
  var link: SimulatedLink?
  /// Also of the process before.
  var lastLink: SimulatedLink?
  private(set) var isSuspended = false
  /// It was told to; what waits for its interval is published without.
  private(set) var isStopping = false
  private var nextTurn = Instant.never
  private(set) var runs = 0

  init(_ world: World) { self.world = world }

  func start() {
    guard loop == nil else { return }
    // It is waited for, and tried again.
    if world.disk.isLocked { return world.agenda.after(.milliseconds(100)) { [self] in start() } }
    runs += 1
    isStopping = false
    world.note("the bridge starts")
    process = SimulatedProcess()
    do { loop = try makeLoop() } catch { return world.fail(.life, "cannot start: \(error)") }
    world.judge.started()
    turn(at: world.now)
  }

  private func makeLoop() throws -> BridgeLoop {
    var configuration = world.plan.configuration
    let clock = SimulatedClock(world, process)
    var engine = Engine(rules: Rules(configuration))
    var row = world.disk.rows.bridge
    var database: Database?
    if let path = try world.disk.databasePath() {
      configuration.database = path
      let opened = try Database(
        path: path, durability: .process, owner: Int64(runs), limits: world.plan.commitLimits)
      row = try opened.bridgeRow()
      try opened.load(into: &engine, at: clock.now)
      try opened.keepHistory(HistoryRules(configuration))
      expectHistory(of: engine, in: opened, at: clock.now)
      world.judge.opened(opened, engine)
      database = opened
    } else {
      try world.disk.load(into: &engine, at: clock.now)
    }
    let storage = SimulatedStorage(world, process, database: database)
    self.storage = storage
    return BridgeLoop(
      configuration: configuration, engine: engine, bridge: row,
      broker: SimulatedBrokerPort(world, process),
      storage: storage, clock: clock,
      log: Log(level: .error) { [world] line in world.note("  log: \(line)") })
  }

  /// The last that the history says of a room is the count that was committed with it.
  private func expectHistory(of engine: Engine, in database: Database, at now: Now) {
    for room in 0..<engine.roomCapacity where engine.hasRoom(room) {
      let name = engine.withRoomName(room) { [UInt8]($0) }
      let count = Int64(engine.figures(of: room).count)
      do {
        let last = try database.lastCountInHistory(of: name)
        if last ?? 0 != count {
          world.fail(
            .history,
            "history says \(last ?? -1) of \(String(decoding: name, as: UTF8.self)), not \(count)")
        }
      } catch { world.fail(.history, "the history cannot be read: \(error)") }
    }
  }

  func checkHistory() {
    if let database = storage?.database { world.judge.checkCounts(database) }
  }

  /// There is something to read.
  func poke() {
    guard loop?.mayRead ?? false else { return }
    turn(at: world.now + world.random.duration(0...1))
  }

  func wake() { turn(at: world.now) }

  private func turn(at time: Instant) {
    guard !isSuspended, time < nextTurn, let loop else { return }
    nextTurn = time
    world.agenda.at(time) { [self] in
      guard nextTurn == time, self.loop === loop, !isSuspended else { return }
      turn(loop)
    }
  }

  private func turn(_ loop: BridgeLoop) {
    nextTurn = .never
    let deeds = process.deeds
    process.turns += 1
    let wait = loop.turn()
    // A commit that takes too long counts as failed.
    if !loop.isSaved { world.disk.isBehind = true }
    if process.isDead { return bury() }
    world.judge.turned(loop, isIdle: process.deeds == deeds)
    guard let wait else { return ended(loop) }
    // A turn takes time.
    let least = Duration.microseconds(200)
    turn(at: world.now + (world.canary == .neverWaits ? least : max(wait, least)))
    if loop.mayRead, link?.hasInput ?? false { poke() }
    // What can be written wakes whoever waits for it.
    if loop.mayWrite, link?.hasOutput ?? false { turn(at: world.now + .microseconds(200)) }
  }

  /// The process is gone. What it wrote is in the network; or not even that.
  private func bury() {
    world.note("the bridge is dead")
    loop = nil
    storage?.close()
    isSuspended = false
    nextTurn = .never
    world.judge.died()
    world.disk.closed()
    if let link { world.random.chance(0.3) ? link.cut() : link.closeUp() }
    link = nil
    world.agenda.after(world.random.duration(1...4_000)) { [self] in start() }
  }

  private func ended(_ loop: BridgeLoop) {
    world.note("the bridge has stopped")
    switch loop.failure {
    case nil: break
    case .notSaved where world.disk.isFull || world.disk.isLocked:
      world.note("what is in memory alone is lost")
    case .some(let failure): world.fail(.life, "the bridge gave up: \(failure)")
    }
    process.die()
    bury()
  }

  func crash() {
    guard loop != nil else { return }
    process.die(after: 1 + world.random.below(60))
  }

  func crashNow() {
    guard loop != nil else { return }
    process.die()
    bury()
  }

  /// The machine is off for a moment.
  func losePower(_ random: inout SplitMix64) {
    guard loop != nil else { return }
    world.note("the power is cut")
    process.die()
    if world.disk.losePower(&random) { world.disk.isBehind = true }
    bury()
  }

  func stop() {
    guard loop != nil, !isSuspended else { return }
    world.note("the bridge is told to stop")
    isStopping = true
    loop?.stop()
    turn(at: world.now)
  }

  /// SIGSTOP, and SIGCONT later.
  func suspend(for duration: Duration) {
    guard loop != nil, !isSuspended else { return }
    world.note("the bridge is suspended for \(duration)")
    isSuspended = true
    nextTurn = .never
    let suspended = loop
    world.agenda.after(duration) { [self] in
      guard loop === suspended, isSuspended else { return }
      world.note("the bridge goes on")
      isSuspended = false
      world.judge.disturbed()
      turn(at: world.now)
    }
  }

  func loseDatabase() {
    guard loop != nil else { return }
    world.note("the bridge dies, and its database is lost")
    process.die()
    bury()
    world.disk.lose()
    world.judge.lostDatabase()
  }
}
