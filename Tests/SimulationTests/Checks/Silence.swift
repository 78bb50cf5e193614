import Presence

@testable import Bridge

/// What has to be true to the turn, with no time allowed.
extension Judge {
  /// A fence of the bridge's own proves silence, if it went through the broker.
  func fenceCame(_ message: Message) {
    guard let sent = fences[message.payload] else { return }
    if !passedFences.contains(message.payload) {
      world.fail(.silence, "a fence came that the broker never had: \(message)")
    }
    (proven, provesMore) = (max(proven, sent), true)
  }

  func checkPunctuality(_ loop: BridgeLoop) {
    defer { timeStands = loop.isCommitting }
    let due = loop.engine.nextDeadline
    // What is announced only now may have been over long ago: that is for the next turn.
    if let due, due <= world.now, due == announcedDeadline, !timeStands {
      world.fail(.silence, "what fell due \(world.now - due) ago was left undone")
    }
    announcedDeadline = due
    guard provesMore, !timeStands else { return }
    provesMore = false
    checkSilence()
  }

  /// Who had been silent for its time when the fence that is back was published is gone with its return. Not
  /// where a fence was long under way: behind one who waits for proof, others may have been heard meanwhile.
  private func checkSilence() {
    guard let liveSince, !world.mayLoseFences, proven >= calmSince + .seconds(1) else { return }
    for device in world.fleet.devices where members.present[device.number].contains(true) {
      guard let end = end(of: device, liveSince), end <= proven else { continue }
      world.fail(
        .silence, "\(device.name): still there, although its silence is proved since \(end)")
    }
  }

  /// When a device that is present has certainly died or fallen silent, to the step of the timetable.
  private func end(of device: Device, _ liveSince: Instant) -> Instant? {
    let signs = signs[device.number]
    var end = Instant.never
    if case .pending(_, let until) = signs.death { end = until }
    if let most = window(of: device).most {
      end = min(end, max(signs.certain, signs.possible, liveSince) + most)
    }
    guard end != .never else { return nil }
    return end.roundedUp(to: .milliseconds(1), notBefore: end)
  }
}
