import Presence

/// The nearest room of every device that is seen, as ``Sightings`` decides it.
///
/// Bounded: a device that nobody has seen for two minutes is forgotten; so is, beyond `limit` devices, the one that was
/// seen longest ago. Of rooms the last 4,096 are known.
struct NearestRooms {
  let rule: Sightings.Rule
  private var devices: RecentTable<Sightings>
  /// Who has seen anything since it was last lost: others need no walk over all devices.
  private var seeing = RecentTable<Void>(limit: 4_096)

  init(rule: Sightings.Rule = Sightings.Rule(), limit: Int = 16_384) {
    self.rule = rule
    devices = RecentTable(limit: limit)
  }

  var count: Int { devices.count }
  /// Devices that were forgotten for want of place.
  var evicted: UInt64 { devices.evicted }

  /// - Parameter isSomewhere: the bridge knows a room that the device is in.
  /// - Returns: the room that the device is in now, and whether it was in another, or none that is known, before.
  mutating func see(
    _ device: [UInt8], from room: [UInt8], distance: Double, at now: Instant,
    isSomewhere: Bool = false
  ) -> (room: [UInt8], isNew: Bool) {
    let rule = rule
    seeing.hear(room, fresh: ()) { _ in }
    let result = devices.hear(device, fresh: Sightings()) { sightings in
      let before = sightings.room
      sightings.see(from: room, distance: distance, at: now, rule, isSomewhere: isSomewhere)
      guard let after = sightings.room else { return (room: room, isNew: false) }
      return (room: after, isNew: after != before)
    }
    forgetUnseen(at: now)
    return result
  }

  /// Nothing that the room has seen counts any longer.
  /// - Returns: those who were in it and are seen from another: where they are now.
  mutating func lose(_ room: [UInt8], at now: Instant) -> [(device: [UInt8], room: [UInt8])] {
    guard seeing[room] != nil else { return [] }
    seeing.remove(room)
    let rule = rule
    var moved: [(device: [UInt8], room: [UInt8])] = []
    devices.forEach { device, sightings in
      if let room = sightings.lose(room, at: now, rule) { moved.append((device, room)) }
    }
    return moved
  }

  /// Two at most for a sighting, which adds one: so they become fewer, and none takes long.
  private mutating func forgetUnseen(at now: Instant) {
    for _ in 0..<2 {
      guard let oldest = devices.oldest else { return }
      if let seen = oldest.lastSeen, seen >= now - rule.keptFor { return }
      devices.removeOldest()
    }
  }
}
