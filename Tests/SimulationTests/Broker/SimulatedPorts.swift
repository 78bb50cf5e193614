import Bridge
import Presence

/// A process's way to the broker.
final class SimulatedBrokerPort: Broker {
  private unowned let world: World
  private let process: SimulatedProcess

  init(_ world: World, _ process: SimulatedProcess) {
    self.world = world
    self.process = process
  }

  func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link {
    guard process.step() else { throw LinkError("dead") }
    guard world.broker.isUp else { throw LinkError("connection refused") }
    if world.trouble.failsToConnect || world.canary == .barsBridge {
      throw LinkError("no route to host")
    }
    let link = SimulatedLink(world, process, version: version, delegate: delegate)
    // The broker reads an older connection of ours to its end before it takes a new one.
    link.follow(world.host.lastLink)
    world.host.link = link
    world.host.lastLink = link
    let broker = world.broker
    link.up { broker.connect(link) }
    return link
  }

  func connectWitness(version: LinkVersion, delegate: any LinkDelegate)
    throws(LinkError) -> any Link
  {
    guard process.step() else { throw LinkError("dead") }
    guard world.broker.isUp, !world.trouble.failsToConnect else { throw LinkError("refused") }
    return SimulatedWitness(world, process, delegate: delegate)
  }
}
