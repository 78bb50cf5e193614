import Presence

/// One connection of a device, and the will that the broker holds for it.
final class DeviceConnection {
  private unowned let world: World
  private weak var device: Device?
  private let will: Message
  /// The broker holds the connection, and with it the will.
  private var isHeld = false
  private(set) var carries = true
  private var arrival: Instant

  init(_ world: World, _ device: Device, will: Message) {
    self.world = world
    self.device = device
    self.will = will
    arrival = world.now
    world.broker.devices.append(self)
  }

  /// - Parameter replacing: an older connection under the same client id, and whether its session is kept, in
  ///   which case its will is not published.
  func connect(replacing old: DeviceConnection?, keepsSession: Bool) {
    up { [self] in
      if let old, old.isHeld { old.end(publishingWill: !keepsSession) }
      isHeld = true
    }
  }

  func send(_ message: Message, number: Int?) {
    up { [self] in
      world.note("\(message)")
      world.strangers.overhear(message)
      world.broker.publish(message)
      guard let number else { return }
      world.agenda.after(world.random.duration(world.plan.delay)) { [self] in
        if carries { device?.acknowledged(number) }
      }
    }
  }

  /// A polite end: no will.
  func disconnect() {
    up { [self] in end(publishingWill: false) }
  }

  /// The device is gone, with what is under way. The broker notices after `duration`.
  func vanish(noticedAfter duration: Duration) {
    carries = false
    world.agenda.after(duration) { [self] in
      world.broker.take { [self] in end(publishingWill: true) }
    }
  }

  private func end(publishingWill: Bool) {
    carries = false
    world.broker.devices.removeAll { $0 === self }
    guard isHeld else { return }
    if publishingWill { publishWill() }
    isHeld = false
  }

  func publishWill() {
    guard isHeld else { return }
    world.note("will of \(will)")
    world.broker.publish(will)
  }

  func brokerEnded() {
    isHeld = false
    guard carries else { return }
    carries = false
    device?.lostConnection()
  }

  private func up(_ body: @escaping () -> Void) {
    arrival = max(arrival, world.now + world.random.duration(world.plan.delay))
    world.agenda.at(arrival) { [self] in
      guard carries else { return }
      guard world.broker.isUp else {
        carries = false
        device?.lostConnection()
        return
      }
      world.broker.take { [self] in if carries { body() } }
    }
  }
}
