import Bridge
import Presence

/// Lets the faults of a history's plan happen, again and again, until the quiet time.
final class Faults {
  private let world: World
  private var isOver = false

  init(_ world: World) {
    self.world = world
    for fault in world.plan.faults { schedule(fault) }
    keepOldState()
  }

  /// No fault begins any more; those that last end by themselves.
  func end() {
    isOver = true
    world.disk.isFull = false
    world.judge.disturbed(for: .milliseconds(world.slowness.upperBound * 2 + 200))
    world.slowness = 0...0
    world.losesPlain = 0
  }

  private func schedule(_ fault: Plan.Fault) {
    let longest = fault == .databaseLost ? 60_000 : 30_000
    world.agenda.after(world.random.duration(500...longest)) { [self] in
      if isOver { return }
      happen(fault)
      schedule(fault)
    }
  }

  private func keepOldState() {
    world.agenda.after(world.random.duration(1_000...12_000)) { [self] in
      if isOver { return }
      if world.broker.isUp { world.broker.saved = world.broker.state }
      keepOldState()
    }
  }

  private func happen(_ fault: Plan.Fault) {
    let away = world.random.duration(10...5_000)
    switch fault {
    case .cut: world.host.link?.cut()
    case .crash: world.host.crash()
    case .stop: world.host.stop()
    case .suspend: world.host.suspend(for: world.random.duration(100...14_000))
    case .slow: slowDown()
    case .hang: world.broker.hang(for: world.random.duration(100...16_000))
    case .brokerKilled: world.broker.kill(.everything, for: away)
    case .brokerTerminated: world.broker.terminate(memory(), for: away)
    case .brokerForgets: world.broker.kill(.nothing, for: away)
    case .brokerReverts: world.broker.kill(.older, for: away)
    case .diskFull: fillDisk()
    case .wallJump: jump()
    case .databaseLost: world.host.loseDatabase()
    }
  }

  private func memory() -> SimulatedBroker.Memory { world.random.pick([.everything, .nothing]) }

  private func slowDown() {
    world.slowness = 0...world.random.pick([100, 600, 2_000])
    world.agenda.after(world.random.duration(500...6_000)) { [self] in
      // What is still under way is late.
      world.judge.disturbed(for: .milliseconds(world.slowness.upperBound * 2 + 200))
      world.slowness = 0...0
    }
  }

  private func fillDisk() {
    world.note("the disk is full")
    world.disk.isFull = true
    world.agenda.after(world.random.duration(100...8_000)) { [self] in
      world.note("the disk has room")
      world.disk.isFull = false
    }
  }

  private func jump() {
    let far = world.random.chance(0.3)
    let jump = world.random.duration(0...(far ? 7_200_000 : 5_000)).milliseconds
    world.wallOffset += world.random.chance(0.5) ? jump : -jump
    world.note("the wall clock jumps to \(world.wall)")
    world.judge.wallJumped()
  }
}
