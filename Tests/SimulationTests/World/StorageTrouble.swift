import Bridge
import Presence

/// What fails beneath the bridge: the files of its database, the power of its machine, the machine itself, and the wall
/// clock. Each kind again and again, until the quiet time.
final class StorageTrouble {
  enum Kind: CaseIterable {
    /// Another process holds SQLite's write lock.
    case locked
    /// The files are deleted, or an older copy takes their place.
    case lost, reverted
    case powerCut
    /// Bridge and broker stand still together.
    case machineSuspended
    /// The wall clock goes somewhere else, and mostly back.
    case clockLeaps
    /// The wall clock is lost, and begins in 1970.
    case clockLost

    var isOfClock: Bool { self == .clockLeaps || self == .clockLost }
    /// The database goes back to less than it had.
    var isLoss: Bool { self == .lost || self == .reverted }
  }

  private unowned let world: World
  private var random: SplitMix64
  private var isOver = false
  /// What the wall clock is to go back to.
  private var rightOffset: Int64?

  init(_ world: World) {
    self.world = world
    random = SplitMix64(seed: world.seed ^ 0xD15C_0FF5)
    for kind in world.adversity.storageTroubles where isAllowed(kind) { schedule(kind) }
    keepOldState()
  }

  /// Every clock wrong and the database gone at once: nothing is left to begin the revisions above.
  private func isAllowed(_ kind: Kind) -> Bool {
    if kind.isLoss { return !world.plan.faults.contains(.wallJump) && !hasClockTrouble }
    return !kind.isOfClock || !world.plan.faults.contains(.databaseLost)
  }

  var hasClockTrouble: Bool { world.adversity.storageTroubles.contains { $0.isOfClock } }

  func end() {
    isOver = true
    world.disk.isLocked = false
  }

  private func schedule(_ kind: Kind) {
    world.agenda.after(random.duration(500...25_000)) { [self] in
      if isOver { return }
      happen(kind)
      schedule(kind)
    }
  }

  private func keepOldState() {
    world.agenda.after(random.duration(2_000...9_000)) { [self] in
      if isOver { return }
      world.disk.keepCopy()
      keepOldState()
    }
  }

  private func happen(_ kind: Kind) {
    world.note("storage: \(kind)")
    switch kind {
    case .locked: lock(for: random.duration(20...random.pick([150, 3_000])))
    case .lost: world.disk.loseFiles()
    case .reverted: world.disk.loseFiles(keepsCopy: true)
    case .powerCut: cutPower()
    case .machineSuspended:
      let time = random.duration(500...20_000)
      world.host.suspend(for: time)
      world.broker.hang(for: time)
    case .clockLeaps: leap()
    case .clockLost: loseClock()
    }
  }

  private func lock(for time: Duration) {
    world.disk.isLocked = true
    world.judge.disturbed(for: time + .seconds(1))
    world.agenda.after(time) { [self] in
      world.note("storage: the lock is let go")
      world.disk.isLocked = false
    }
  }

  /// The broker may be on the same machine.
  private func cutPower() {
    world.host.losePower(&random)
    if random.chance(0.4) { world.broker.kill(.everything, for: random.duration(100...4_000)) }
  }
}

/// The wall clock.
extension StorageTrouble {
  private static let hour: Int64 = 3_600_000

  /// Milliseconds, from what nobody notices to what no clock has.
  private func distance() -> Int64 {
    let hour = Self.hour
    let size = random.pick([
      50, 9_000, 11_000, hour, 30 * hour, 40 * 24 * hour, 60 * 365 * 24 * hour,
    ])
    return size + Int64(random.below(Int(size)))
  }

  /// A clock that leaps while nobody looks makes a bridge that starts believe that it was away for long.
  private func leap() {
    guard world.host.loop != nil, !world.host.isSuspended else { return }
    let before = world.wallOffset
    let distance = distance()
    set(random.chance(0.5) ? before + distance : before - distance)
    guard random.chance(0.7) else { return }
    world.agenda.after(random.duration(100...14_000)) { [self] in
      if world.host.loop != nil, !world.host.isSuspended { set(before) }
    }
  }

  private func loseClock() {
    if let right = rightOffset {
      rightOffset = nil
      return set(right)
    }
    rightOffset = world.wallOffset
    set(-world.now.nanoseconds / 1_000_000)
  }

  /// No system lets its clock show a time before 1970.
  private func set(_ offset: Int64) {
    world.wallOffset = max(offset, -world.now.nanoseconds / 1_000_000)
    world.note("the wall clock leaps to \(world.wall)")
    world.judge.clockLeapt()
  }
}
