import Presence

/// Clients that say good words, and too many of them.
extension Strangers {
  private static let names = [
    "é", "e\u{301}", "q\"q", "b\\b", "ａ", "z z", "%41", String(repeating: "L", count: 128), "{}",
    "i",
  ]

  /// Joins the rooms of honest clients, under names that are hard to write.
  func intrude() {
    let name = random.pick(Self.names)
    let who =
      random.chance(0.3) ? "users/\(random.pick(Self.names))/clients/\(name)" : "clients/\(name)"
    let room = random.pick(world.plan.rooms)
    let data = random.pick([
      "", ",\"data\":{\"a\":1e300,\"b\":\"\\u0001\\\"\"}",
      ",\"data\":{\"t\":\"\(String(repeating: "y", count: 7_000))\"}",
    ])
    switch random.below(5) {
    case 0: say("presence/\(who)/status", "{\"state\":\"online\",\"rooms\":[\"\(room)\"]\(data)}")
    case 1: say("presence/\(who)/rooms/\(room)", "{\"action\":\"join\"\(data)}")
    case 2: say("presence/\(who)/rooms/\(room)", "leave")
    case 3: say("presence/\(who)/status", "offline", isRetained: true)
    default: say("presence/\(who)/status", "", isRetained: true)
    }
  }

  func flood() {
    guard floods > 0, random.chance(0.3) else { return }
    floods -= 1
    let kind = random.below(3)
    let data = String(repeating: "{\"k\":[1,2,3]},", count: 480)
    for _ in 0..<(kind == 1 ? 60 : 250) {
      let topic = "presence/clients/o\(random.below(4))"
      switch kind {
      case 0: say("\(topic)/heartbeat", "", atLeastOnce: false)
      case 1:
        say(
          "\(topic)/status",
          "{\"state\":\"online\",\"data\":{\"n\":[\(data){\"v\":\(random.below(99))}]}}")
      default:
        let isJoin = random.chance(0.5)
        say("\(topic)/rooms/o/\(random.below(6))", isJoin ? "join" : "leave")
      }
    }
  }

  /// Comes and goes many times in a moment, in a room of honest clients.
  func flap() {
    let room = world.plan.rooms[0]
    for _ in 0..<10 {
      say(
        "presence/clients/f/status", "{\"state\":\"online\",\"rooms\":[\"\(room)\"]}",
        isRetained: true)
      say("presence/clients/f/status", random.pick(["offline", ""]), isRetained: true)
    }
  }

  /// Goes from room to room, each a new one, and now and then becomes somebody else. Whoever it was may come back to
  /// its rooms, at most three times: rooms that are occupied make no place for others, nor do those that have yet to
  /// be announced.
  func wander() {
    guard world.judge.liveSince != nil, !world.broker.isHung, !world.host.isSuspended else {
      return
    }
    for room in visited { say("presence/clients/\(wanderer)/rooms/\(room)", "leave") }
    visited = (0..<6).map { "w/\(count)/\($0)" }
    count += 1
    for room in visited { say("presence/clients/\(wanderer)/rooms/\(room)", "join") }
    if random.chance(0.2) { becomeAnother() }
  }

  private func becomeAnother() {
    let mayReturn = returns > 0 && random.chance(0.5)
    if mayReturn { returns -= 1 }
    say("presence/clients/\(wanderer)/status", mayReturn ? "offline" : "")
    wanderer = "w\(count)"
    visited = []
  }
}
