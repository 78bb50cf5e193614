import Bridge
import Presence

/// A call that fails ends nothing but what it was to do: the connection goes on.
extension Judge {
  /// The bridge closes its connection. It takes its leave where it has a reason of its own.
  func checkClosing(_ link: SimulatedLink) {
    world.reached[.calls] += 1
    if link.failedInTurn == link.process.turns, !link.hasTakenLeave {
      world.fail(.calls, "a call that failed has ended the connection")
    }
  }
}
