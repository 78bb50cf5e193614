import Presence
import Topics

/// What has to be true at any time at which nothing disturbs: nobody outlives its time, and what is published is
/// what is.
extension Judge {
  /// A second is promised; the fence's way and the loop's steps come on top.
  private var allowance: Duration {
    let way = Duration.milliseconds(world.plan.delay.upperBound * 3 + 50)
    return .seconds(world.mayLoseFences ? 4 : 1) + way
  }

  func checkpoint() {
    guard let liveSince, !isDisturbed else { return }
    for device in world.fleet.devices { checkTime(device, liveSince) }
    guard world.now >= calmSince + .seconds(3) else { return }
    let settled = world.plan.configuration.publishInterval + .milliseconds(400)
    for room in consumers.indices where world.now >= members.changed[room] + settled {
      checkPublished(room)
    }
  }

  private var isDisturbed: Bool {
    world.broker.isHung || !world.broker.isUp || world.host.isSuspended || world.host.process.isDead
      || world.slowness.upperBound > 0 || world.trouble.isOn
      || !(world.host.link?.isIntact ?? false)
  }

  private func checkTime(_ device: Device, _ liveSince: Instant) {
    guard members.present[device.number].contains(true) else { return }
    world.reached[.silence] += 1
    let signs = signs[device.number]
    if case .pending(_, let until) = signs.death, isOver(until) {
      world.fail(.silence, "\(device.name): its death took no effect")
    }
    guard let most = window(of: device).most else { return }
    if isOver(max(signs.certain, signs.possible, liveSince) + most) {
      world.fail(.silence, "\(device.name): still there after its time")
    }
  }

  private func isOver(_ deadline: Instant) -> Bool {
    deadline != .never && world.now > max(deadline, calmSince) + allowance
  }

  private func checkPublished(_ room: Int) {
    if consumers[room].isUncertain { return }
    var there: Set<String> = []
    for device in world.fleet.devices where members.present[device.number][room] {
      there.insert("\(device.habits.user ?? "")/\(device.name)")
    }
    // Strangers may be there, too.
    let shown = Set(consumers[room].members.keys).intersection(world.fleet.names)
    world.reached[.topics] += 1
    if there != shown {
      world.fail(
        .topics, "\(world.plan.rooms[room]): shows \(shown.sorted()), holds \(there.sorted())")
    }
  }
}

/// What has to be true in the end.
extension Judge {
  func verdict() {
    world.reached[.life] += 1
    guard liveSince != nil else { return world.fail(.life, "the bridge is not live in the end") }
    let status = world.broker.state.retained["presence/bridge/status"] ?? []
    if !status.elementsEqual("online".utf8) { world.fail(.topics, "bridge/status is not online") }
    if let session = world.broker.state.session {
      if !session.inFlight.isEmpty || !session.queue.isEmpty {
        world.fail(.durability, "not all acknowledged")
      }
    }
    for room in consumers.indices { judge(room) }
    checkSubscriptions()
    guard let loop = world.host.loop else { return }
    checkEveryTopic(loop)
    world.host.checkHistory()
    checkNeighbours(loop)
  }

  private func judge(_ room: Int) {
    let name = world.plan.rooms[room]
    let occupancy = world.broker.state.retained["presence/occupancy/\(name)"]
    let count = world.broker.state.retained["presence/count/\(name)"]
    if (occupancy == nil) != (count == nil) {
      return world.fail(.topics, "\(name): one topic of two")
    }
    judgeDiscovery(room, isShown: occupancy != nil)
    let json = occupancy.flatMap { JSON.read($0) }
    let listed = (json?["members"]?.items ?? []).compactMap { $0["client"]?.text }
    world.reached[.topics] += 1
    if json?["truncated"]?.flag == true { return }
    if let count, Int(String(decoding: count, as: UTF8.self)) != listed.count {
      return world.fail(.topics, "\(name): count \(count) of \(listed)")
    }
    let told = consumers[room].members.keys.map { String($0.drop { $0 != "/" }.dropFirst()) }
    if !consumers[room].isUncertain, Set(listed) != Set(told) {
      return world.fail(.topics, "\(name): retained \(listed), told \(told.sorted())")
    }
    for device in world.fleet.devices { judge(device, room, isThere: listed.contains(device.name)) }
    if listed.isEmpty { judgeClearing(room, isShown: occupancy != nil) }
  }

  private func judge(_ device: Device, _ room: Int, isThere: Bool) {
    world.reached[.honest] += 1
    let place = "in the end, \(device.name) in \(world.plan.rooms[room])"
    switch views[device.number].rooms[room] {
    case .maybe: return
    case .no: if isThere { world.fail(.honest, "\(place): a ghost") }
    case .yes:
      if !device.isUp {
        if isThere, window(of: device).most != nil {
          world.fail(.honest, "\(place): a ghost of the dead")
        }
      } else if !isThere, device.habits.beat != nil {
        world.fail(.honest, "\(place): missing, although it beats")
      }
    }
  }

  /// Home Assistant is told of a room as long as its topics are there, and of none where it is off.
  private func judgeDiscovery(_ room: Int, isShown: Bool) {
    // A configuration may be too large for the broker.
    if world.adversity.packetLimit != nil { return }
    let topics = DiscoveryTopics(prefix: "homeassistant", root: "presence")
    let isTold = Array(world.plan.rooms[room].utf8).withUnsafeBytes { name in
      DiscoveryComponent.allCases.map { component in
        let topic = String(decoding: topics.config(component, of: name), as: UTF8.self)
        return world.broker.state.retained[topic] != nil
      }
    }
    if isTold.contains(where: { $0 != (isShown && world.plan.configuration.homeAssistant) }) {
      world.fail(
        .topics, "\(world.plan.rooms[room]): shown \(isShown), told to Home Assistant \(isTold)")
    }
  }

  private func judgeClearing(_ room: Int, isShown: Bool) {
    let ttl = world.plan.configuration.emptyRoomTTL
    guard let since = consumers[room].emptySince, !topicsMayBeStale else { return }
    if isShown, world.now > max(since, calmSince) + ttl + .seconds(2) {
      world.fail(.topics, "\(world.plan.rooms[room]): empty, and still shown")
    }
  }
}
