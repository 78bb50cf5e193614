import Presence

/// The devices of a history, and what they are up to until the quiet time.
final class Fleet {
  private unowned let world: World
  let devices: [Device]
  /// As `user/client`.
  let names: Set<String>
  private var isQuiet = false

  init(_ world: World) {
    self.world = world
    devices = (0..<world.plan.devices).map { Device(world, $0, Self.habits(of: world)) }
    names = Set(devices.map { "\($0.habits.user ?? "")/\($0.name)" })
  }

  private static func habits(of world: World) -> Device.Habits {
    let usual = world.plan.configuration.heartbeatTimeout
    var timeout: Duration?
    if world.random.chance(0.4) { timeout = .milliseconds(1_000 + world.random.below(7_000)) }
    if world.random.chance(0.15) { timeout = .zero }
    let window = timeout.map { $0 == .zero ? usual : min($0, usual) } ?? usual
    var beat: Duration? = window * (0.15 + 0.2 * world.random.fraction())
    if timeout == .zero, world.random.chance(0.5) { beat = nil }
    var habits = Device.Habits(
      user: world.random.chance(0.4) ? "u\(world.random.below(2))" : nil,
      namesRooms: world.random.chance(0.6), hasEpoch: world.random.chance(0.6),
      hasData: world.random.chance(0.2), timeout: timeout, beat: beat,
      beatsRetained: world.random.chance(0.1), joinsRetained: world.random.chance(0.1),
      keepsSession: world.random.chance(0.4), changesID: world.random.chance(0.4),
      keepAlive: world.random.duration(2_000...6_000))
    if world.adversity.retainsOddly {
      habits.births = delivery(world)
      habits.wills = delivery(world)
    }
    return habits
  }

  private static func delivery(_ world: World) -> Device.Delivery {
    Device.Delivery(
      isAcknowledged: world.random.chance(0.7), isRetained: world.random.chance(0.6))
  }

  func start() {
    for device in devices {
      world.agenda.after(world.random.duration(0...5_000)) { [self] in
        if !isQuiet, !device.isUp { device.connect() }
      }
      act(device)
    }
  }

  private func act(_ device: Device) {
    world.agenda.after(world.random.duration(50...6_000)) { [self] in
      if isQuiet { return }
      device.isUp ? misbehave(device) : comeBack(device)
      act(device)
    }
  }

  private func comeBack(_ device: Device) {
    if world.random.chance(0.6) { device.connect() }
  }

  private func misbehave(_ device: Device) {
    switch world.random.below(20) {
    case 0..<9: device.change(world.random.below(world.plan.rooms.count))
    case 9, 10: device.repeatSomething()
    case 11, 12: device.vanish()
    case 13, 14: device.blink()
    case 15: device.leavePolitely(forgetting: false)
    case 16: if world.random.chance(0.4) { device.leavePolitely(forgetting: true) }
    default: break
    }
  }

  /// From here on who is up stays up, and who is not stays away.
  func fallQuiet() { isQuiet = true }
}
