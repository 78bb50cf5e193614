import Presence

@testable import Bridge
@testable import Presence

/// Who was a member of what at the end of the last turn.
struct Members {
  var present: [[Bool]]
  /// When a client was last seen to be a member of something, or to cease to be.
  var lastPresent: [Instant]
  /// Both as they were when all of it was committed.
  private var durable: (present: [[Bool]], lastPresent: [Instant]) = ([], [])
  /// When a room last changed.
  var changed: [Instant]
  /// A new process has read its database: what it says now is not a change.
  var restored = false
  var counters = Counters()

  init(devices: Int, rooms: Int) {
    present = Array(repeating: Array(repeating: false, count: rooms), count: devices)
    lastPresent = Array(repeating: Instant(nanoseconds: 0), count: devices)
    changed = Array(repeating: Instant(nanoseconds: 0), count: rooms)
    committed(as: self)
  }

  mutating func committed(as seal: Members) { durable = (seal.present, seal.lastPresent) }

  /// The process ended: what it did not commit never was.
  mutating func died() { (present, lastPresent) = durable }
}

/// The checks at the end of each turn.
extension Judge {
  func turned(_ loop: BridgeLoop, isIdle: Bool) {
    checkOnline(loop)
    noteTimes(loop)
    followCounts(loop)
    checkLoss(loop)
    if !isIdle { checkInvariants(loop) }
    checkPace(isIdle: isIdle && loop.engine.counters == members.counters)
    // What happened before the connection's end is judged by what was true then.
    let hasEnded = liveSince != nil && !loop.isConnected
    if !hasEnded { follow(isLive: loop.isLive, hasEnded: false) }
    let isNews = members.restored || !heardInTurn.isEmpty || !maybeHeardInTurn.isEmpty
    if isNews || loop.engine.counters != members.counters { compare(loop.engine) }
    if liveSince != nil, !hasEnded { checkPunctuality(loop) }
    if !loop.engine.hasUnsaved, !loop.isCommitting { members.committed(as: members) }
    members.counters = loop.engine.counters
    members.restored = false
    heardInTurn.removeAll(keepingCapacity: true)
    maybeHeardInTurn.removeAll(keepingCapacity: true)
    diedInTurn.removeAll(keepingCapacity: true)
    if hasEnded { follow(isLive: false, hasEnded: true) }
  }

  private func compare(_ engine: Engine) {
    for device in world.fleet.devices {
      let index = find(device, engine)
      for room in world.plan.rooms.indices {
        let state = index.flatMap { membership($0, room, engine) }
        compare(device, room, state)
      }
    }
  }

  private func find(_ device: Device, _ engine: Engine) -> Int32? {
    Array(device.name.utf8).withUnsafeBytes { name in
      guard let user = device.habits.user else { return engine.find(Who(client: name)) }
      return Array(user.utf8).withUnsafeBytes { engine.find(Who(user: $0, client: name)) }
    }
  }

  private func membership(_ client: Int32, _ room: Int, _ engine: Engine) -> Membership.State? {
    guard engine.clients[Int(client)].state != .gone else { return nil }
    let name = Array(world.plan.rooms[room].utf8)
    guard let index = name.withUnsafeBytes({ engine.findRoom($0) }) else { return nil }
    let state = engine.membership(of: client, in: index).map { engine.memberships[$0].state }
    return state == .present || state == .away ? state : nil
  }

  private func compare(_ device: Device, _ room: Int, _ state: Membership.State?) {
    let client = device.number
    let (was, isThere) = (members.present[client][room], state == .present)
    members.present[client][room] = isThere
    if was || isThere { members.lastPresent[client] = world.now }
    if was != isThere { members.changed[room] = world.now }
    let belief = views[client].rooms[room]
    let place = "\(device.name) in \(world.plan.rooms[room])"
    let check = members.restored ? Check.durability : .honest
    if belief == .yes, state == nil { return world.fail(check, "\(place): lost") }
    if belief == .no, state != nil { return world.fail(check, "\(place): never was, or left") }
    if belief == .yes, !isThere, heardInTurn.contains(client) {
      return world.fail(.honest, "\(place): away, although it was heard")
    }
    world.reached[members.restored ? .durability : .honest] += 1
    if members.restored { return }
    if was, !isThere { world.reached[.silence] += 1 }
    if was, !isThere, belief == .yes, !mayGo(device) {
      return world.fail(.silence, "\(place): removed, although neither dead nor silent")
    }
    if !was, isThere, !maybeHeardInTurn.contains(client) {
      return world.fail(.honest, "\(place): came back without a word")
    }
  }

  /// Whether it is right that a client goes now.
  private func mayGo(_ device: Device) -> Bool {
    if diedInTurn.contains(device.number) { return true }
    let signs = signs[device.number]
    if case .pending(let from, _) = signs.death, world.now >= from { return true }
    guard let liveSince else { return false }
    let deadline = max(signs.certain, liveSince) + window(of: device).least
    return deadline <= world.now && deadline <= proven
  }

  /// How long a device may be silent, which depends on whether its birth was taken in.
  func window(of device: Device) -> (least: Duration, most: Duration?) {
    let usual = world.plan.configuration.heartbeatTimeout
    guard let own = device.habits.timeout else { return (usual, usual) }
    if own == .zero { return (usual, nil) }
    return (min(own, usual), max(own, usual))
  }
}
