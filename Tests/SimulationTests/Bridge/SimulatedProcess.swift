import Bridge
import Presence
import Store

/// One run of the bridge. Everything that it does to the world goes through its ports, each call is a step, and
/// at the step that is its last it dies: from there on the ports do nothing, so that what the loop still
/// believes to do has no effect, exactly as if it had ended between two steps.
final class SimulatedProcess {
  private(set) var isDead = false
  /// How often it has done something: read, written, published, committed.
  var deeds = 0
  /// The turns that it has begun.
  var turns = 0
  private var stepsLeft: Int?

  func die() { isDead = true }
  func die(after steps: Int) { stepsLeft = steps }

  /// Whether the step is taken.
  func step() -> Bool {
    if isDead { return false }
    guard let left = stepsLeft else { return true }
    stepsLeft = left - 1
    if left <= 1 { isDead = true }
    return !isDead
  }
}

/// A process's clock, with the world's time.
final class SimulatedClock: Clock {
  private unowned let world: World
  private let process: SimulatedProcess

  init(_ world: World, _ process: SimulatedProcess) {
    self.world = world
    self.process = process
  }

  var now: Now {
    _ = process.step()
    return Now(instant: instant, wall: world.wall)
  }

  private var instant: Instant {
    guard world.canary == .trustsWallClock else { return world.now }
    let leapt = world.wallOffset - World.usualOffset
    return world.now + .milliseconds(min(max(0, leapt), 3_600_000))
  }

  func jitter() -> Double { process.isDead ? 0 : world.random.fraction() }
}

/// A process's way to the disk. A commit is all or nothing; the process may die before it or after it.
final class SimulatedStorage: Storage {
  private unowned let world: World
  private let process: SimulatedProcess
  private(set) var database: Database?
  /// What a commit has written that is not done.
  private var staged: SimulatedDisk.Rows?
  /// What the disk is asked to keep, and when it will have.
  private var syncing: (rows: SimulatedDisk.Rows, until: Instant, seal: Judge.Seal)?
  /// How often the files had gone when everything began to be written anew; `nil`: it is not.
  private var lossesBefore: Int?

  init(_ world: World, _ process: SimulatedProcess, database: Database?) {
    self.world = world
    self.process = process
    self.database = database
  }

  /// The process is gone, and its locks with it. The disk may have what it was asked to keep.
  func close() {
    database = nil
    guard let sync = syncing else { return }
    syncing = nil
    if world.keepsUnseenCommit { keep(sync.rows, sync.seal) }
  }

  var isSyncing: Bool { syncing != nil && !process.isDead }

  /// Nothing of what the disk is asked to keep need be lost.
  func abandonCommit() {
    staged = nil
    world.disk.isBehind = true
    guard let sync = syncing else { return }
    syncing = nil
    if world.keepsUnseenCommit, !world.disk.isLost { world.disk.rows = sync.rows }
  }

  /// In some histories a commit takes several calls, and now and then has to wait before it begins.
  func commit(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  {
    guard process.step() else { return true }
    if let sync = syncing { return seeEnd(of: sync) }
    do throws(StoreError) { try refuse() } catch {
      (staged, lossesBefore) = (nil, nil)
      world.judge.couldNotWrite()
      throw error
    }
    if staged == nil, world.isCommitHeldUp { return false }
    if let database {
      return try write(&unsaved, of: engine, bridge) { unsaved, row throws(StoreError) in
        try database.commit(&unsaved, of: engine, bridge: row)
      }
    }
    return write(&unsaved, of: engine, bridge, onto: staged ?? world.disk.rows)
  }

  func rewrite(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  {
    guard process.step() else { return true }
    (staged, lossesBefore) = (nil, world.disk.losses)
    world.judge.couldNotWrite()
    try refuse()
    if let database {
      return try write(&unsaved, of: engine, bridge) { unsaved, row throws(StoreError) in
        try database.rewrite(&unsaved, of: engine, bridge: row)
      }
    }
    unsaved = engine.everything
    return write(&unsaved, of: engine, bridge, onto: emptyRows)
  }

  private var emptyRows: SimulatedDisk.Rows {
    var rows = SimulatedDisk.Rows()
    rows.filters = world.disk.rows.filters
    return rows
  }

  private func write(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, _ bridge: BridgeRow,
    onto before: SimulatedDisk.Rows
  ) -> Bool {
    var rows = before
    rows.apply(unsaved.take(world.plan.commitLimits.rows), of: engine, bridge: bridge)
    staged = unsaved.isEmpty ? nil : rows
    process.deeds += 1
    guard unsaved.isEmpty else { return false }
    return end(world.canary == .forgetsCommits ? before : rows)
  }

  private func end(_ rows: SimulatedDisk.Rows) -> Bool {
    guard let delay = world.syncDelay() else {
      committed(rows)
      return true
    }
    world.note("  a commit waits for the disk, \(delay)")
    syncing = (rows, world.now + delay, world.judge.seal())
    // What falls due meanwhile is late.
    world.judge.disturbed(for: delay * 3)
    return false
  }

  private func seeEnd(of sync: (rows: SimulatedDisk.Rows, until: Instant, seal: Judge.Seal)) -> Bool
  {
    process.deeds += 1
    guard world.now >= sync.until else { return false }
    syncing = nil
    keep(sync.rows, sync.seal)
    _ = process.step()
    return true
  }

  private func keep(_ rows: SimulatedDisk.Rows, _ seal: Judge.Seal) {
    world.note("  the commit is on the disk")
    world.disk.keep(rows, isAnew: lossesBefore == world.disk.losses)
    lossesBefore = nil
    if !world.disk.isLost { world.judge.committed(seal) }
  }

  private func write(
    _ unsaved: inout Unsaved, of engine: borrowing Engine, _ bridge: BridgeRow,
    _ body: (inout Unsaved, BridgeRow) throws(StoreError) -> Bool
  ) throws(StoreError) -> Bool {
    var row = bridge
    world.judge.writes(unsaved, of: engine)
    if let unknown = bridge.unknownSince { world.note("  nothing is known since \(unknown)") }
    if world.canary == .hidesGaps { row.unknownSince = nil }
    if world.canary == .omitsCounts, !unsaved.recounts.isEmpty { unsaved.recounts.removeLast() }
    do throws(StoreError) {
      return noteWritten(try body(&unsaved, row), of: engine, bridge)
    } catch {
      world.judge.couldNotWrite()
      throw error
    }
  }

  /// The real database decides how much a call writes; when it is done everything is as the engine has it.
  private func noteWritten(_ isDone: Bool, of engine: borrowing Engine, _ bridge: BridgeRow) -> Bool
  {
    var rows = emptyRows
    if isDone { rows.apply(engine.everything, of: engine, bridge: bridge) }
    staged = isDone ? nil : rows
    process.deeds += 1
    guard isDone else { return false }
    committed(rows)
    if !world.disk.isLost, let database { world.judge.wrote(database, engine) }
    return true
  }

  private func committed(_ rows: SimulatedDisk.Rows) {
    world.note("  committed")
    world.disk.keep(rows, isAnew: lossesBefore == world.disk.losses)
    lossesBefore = nil
    if !world.disk.isLost { world.judge.committed() }
    _ = process.step()
  }

  func thinHistory(at time: Int64) throws(StoreError) -> Bool {
    guard process.step(), let database else { return false }
    do throws(StoreError) {
      try refuse()
      return try database.thinHistory(at: time)
    } catch {
      world.judge.couldNotWrite()
      throw error
    }
  }

  var historyFigures: (rows: Int, thinnedEarly: UInt64)? { database?.historyFigures }

  /// Once a commit has begun the lock is its own, and it ends in whatever file it began in. The real database looks
  /// after its files itself.
  private func refuse() throws(StoreError) {
    try refuseIfFull()
    guard staged == nil else { return }
    if world.disk.isLocked {
      process.deeds += 1
      throw .locked(path: "rollcall.db", holders: nil)
    }
    guard world.disk.isLost, lossesBefore == nil, database == nil, world.canary != .hidesLoss else {
      return
    }
    throw .lost(path: "rollcall.db", reason: "has been deleted or moved away")
  }

  private func refuseIfFull() throws(StoreError) {
    guard world.disk.isFull else { return }
    world.disk.isBehind = true
    throw .failed(call: "step", code: 13, reason: "database or disk is full")
  }

  var filters: [String] { database?.filters ?? world.disk.rows.filters }

  func keep(filters: [String]) throws(StoreError) {
    guard process.step() else { return }
    if world.disk.isFull { throw .failed(call: "step", code: 13, reason: "disk is full") }
    if world.disk.isLocked { throw .locked(path: "rollcall.db", holders: nil) }
    if let database { try database.keep(filters: filters) }
    world.disk.rows.filters = filters
    staged?.filters = filters
  }
}
