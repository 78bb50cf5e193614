import Presence

/// Plays a history from its seed: devices and faults for a while, then quiet for long enough that everything
/// has to be true, and the verdict.
struct History {
  struct Outcome: Equatable {
    var failure: String?
    var failed: Check?
    var reached = Reached()
    var digest: Digest
    var delivered: Int
    var trace: [String] = []
  }

  static func play(
    _ seed: UInt64, adversity: Adversity? = nil, usesDatabase: Bool = false,
    canary: Canary? = nil, isTraced: Bool = false, watching: (World) -> Void = { _ in }
  ) -> Outcome {
    let world = World(
      seed: seed, adversity: adversity, usesDatabase: usesDatabase, canary: canary,
      isTraced: isTraced)
    watching(world)
    defer { world.agenda.clear() }
    let over = { world.failure != nil }
    world.describe()
    let faults = Faults(world)
    _ = world.broker
    world.host.start()
    world.fleet.start()
    _ = world.trouble
    _ = world.storageTrouble
    world.strangers.start()
    world.neighbours.start()
    watch(world)
    world.agenda.run(until: world.now + world.plan.length, isOver: over)
    world.fleet.fallQuiet()
    faults.end()
    world.trouble.end()
    world.storageTrouble.end()
    world.strangers.fallQuiet()
    world.neighbours.fallQuiet()
    // What was begun ends: a hang, an outage, the wait for a late will, a reconnect.
    world.agenda.run(until: world.now + .seconds(35), isOver: over)
    if !world.adversity.troubles.isEmpty {
      world.agenda.run(until: world.now + Trouble.mending, isOver: over)
    }
    world.judge.disturbed()
    let configuration = world.plan.configuration
    let quiet = max(configuration.heartbeatTimeout, .seconds(8)) + configuration.restartGrace
    world.agenda.run(until: world.now + quiet + .seconds(3), isOver: over)
    // What is being said at that very moment is heard.
    for _ in 1...20 where world.host.loop?.isSaying ?? false {
      world.agenda.run(until: world.now + .milliseconds(50), isOver: over)
    }
    if world.failure == nil { world.judge.verdict() }
    let outcome = Outcome(
      failure: world.failure, failed: world.failed, reached: world.reached,
      digest: world.judge.output, delivered: world.judge.delivered,
      trace: world.trace)
    world.host.crashNow()
    return outcome
  }

  private static func watch(_ world: World) {
    world.agenda.after(.milliseconds(500)) {
      world.judge.checkpoint()
      watch(world)
    }
  }
}
