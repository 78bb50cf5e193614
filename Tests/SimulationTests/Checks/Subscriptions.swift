import Bridge
import Presence
import Topics

/// The session's subscriptions, once live and quiet, are exactly those of a bridge that has just begun: nothing is
/// left over, and nothing is missing.
extension Judge {
  func checkSubscriptions() {
    var fresh = FreshBridge.subscriptions(like: world)
    let kept = world.broker.subscriptions
    let events = "\(TopicNames(root: world.plan.configuration.root).eventsFilter) 0"
    fresh.remove(events)
    if world.host.loop?.isListeningToEvents ?? false { fresh.insert(events) }
    world.reached[.subscriptions] += 1
    let missing = fresh.subtracting(kept)
    let extra = kept.subtracting(fresh).filter { !mayBeOfOldState($0) }
    if extra.isEmpty, missing.isEmpty { return }
    world.fail(
      .subscriptions, "too many \(extra.sorted()), too few \(missing.sorted())")
  }

  /// A broker that comes back with an older state may bring back a look at single topics that is long forgotten, and a
  /// lost database forgets one that is under way.
  private func mayBeOfOldState(_ subscription: String) -> Bool {
    let faults = world.plan.faults
    let goesBack = world.adversity.storageTroubles.contains { $0.isLoss || $0 == .powerCut }
    let isForgotten =
      goesBack || faults.contains(.brokerReverts) || faults.contains(.databaseLost)
    return isForgotten && !subscription.contains(where: { "+#".contains($0) })
  }
}

/// A bridge of the same configuration, alone with its broker.
enum FreshBridge {
  static func subscriptions(like other: World) -> Set<String> {
    let world = World(seed: other.seed, adversity: .honest, configuration: other.plan.configuration)
    defer { world.agenda.clear() }
    _ = world.broker
    world.host.start()
    world.agenda.run(until: world.now + .seconds(8), isOver: { world.failure != nil })
    let subscriptions = world.broker.subscriptions
    world.host.crashNow()
    return subscriptions
  }
}

extension SimulatedBroker {
  /// The session's filters, each with its QoS.
  var subscriptions: Set<String> {
    Set((state.session?.subscriptions ?? []).map { "\($0.name) \($0.atLeastOnce ? 1 : 0)" })
  }
}
