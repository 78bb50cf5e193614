import Presence

/// Which of the rooms that a device was seen from it is in.
///
/// It stays where it is until another room is nearer by a margin: half a metre, or a fifth of the distance if
/// that is more, since radio distances scatter in proportion. Only what was reported within `freshFor` counts: a room
/// that has fallen silent for longer gives way to the nearest of the others, whatever the margin.
///
/// Whoever is known to be somewhere and was not seen for so long, or not since the bridge was started, stays there for a
/// round of reports: the first node that speaks up need not be the nearest.
struct Sightings {
  struct Rule: Equatable {
    var margin = 0.5
    var share = 0.2
    /// Three reports of a device that does not move, as ESPresense sends them by default.
    var freshFor: Duration = .seconds(15)
    /// How long after its last sighting a device is remembered.
    var keptFor: Duration = .seconds(120)
    /// How long all that see a device take to report it.
    var round: Duration { freshFor / 3 }
    /// How many rooms are kept for a device.
    var maxRooms = 16
  }

  private struct Sighting {
    var room: [UInt8]
    var distance: Double
    var at: Instant
  }

  /// The room that it is in.
  private(set) var room: [UInt8]?
  private var sightings: [Sighting] = []
  /// When it was seen first, while it is yet to be decided where it is now.
  private var firstSeen: Instant?
  /// The room that it was in has been lost.
  private var isNowhere = false

  /// When it was last seen from anywhere.
  private(set) var lastSeen: Instant?

  var rooms: Int { sightings.count }

  /// Takes in a distance in metres. `isSomewhere`: the bridge knows a room that it is in.
  mutating func see(
    from room: [UInt8], distance: Double, at now: Instant, _ rule: Rule, isSomewhere: Bool = false
  ) {
    lastSeen = now
    drop(before: now - rule.freshFor)
    if !isSomewhere || isNowhere || room == self.room {
      firstSeen = nil
    } else if sightings.isEmpty, firstSeen == nil {
      firstSeen = now
    }
    sightings.removeAll { $0.room == room }
    if sightings.count >= rule.maxRooms { dropFarthest() }
    sightings.append(Sighting(room: room, distance: distance, at: now))
    if let firstSeen, now < firstSeen + rule.round { return }
    firstSeen = nil
    isNowhere = false
    decide(rule)
  }

  /// What a room saw no longer counts.
  /// - Returns: the room that it is in instead; `nil`: it was not in that one, or nobody else sees it.
  mutating func lose(_ lost: [UInt8], at now: Instant, _ rule: Rule) -> [UInt8]? {
    drop(before: now - rule.freshFor)
    sightings.removeAll { $0.room == lost }
    guard room == lost else { return nil }
    decide(rule)
    isNowhere = room == nil
    return room
  }

  private mutating func drop(before: Instant) { sightings.removeAll { $0.at < before } }

  private mutating func decide(_ rule: Rule) {
    let nearest = sightings.min { $0.distance < $1.distance }
    if let nearest, let here = sightings.first(where: { $0.room == room }) {
      let margin = max(rule.margin, here.distance * rule.share)
      if nearest.distance <= here.distance - margin { room = nearest.room }
    } else {
      room = nearest?.room
    }
  }

  private mutating func dropFarthest() {
    let farthest = sightings.indices.filter { sightings[$0].room != room }
      .max { sightings[$0].distance < sightings[$1].distance }
    if let farthest { sightings.remove(at: farthest) }
  }
}
