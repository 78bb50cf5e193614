import Bridge

@testable import Bridge
@testable import Presence

/// The engine's invariants hold after every turn that did something.
extension Judge {
  func checkInvariants(_ loop: BridgeLoop) {
    if world.canary == .miscounts, world.now.nanoseconds % 2 == 0 { loop.engine.presences += 1 }
    world.reached[.invariants] += 1
    do { try loop.engine.checkInvariants() } catch { world.fail(.invariants, "\(error)") }
  }
}
