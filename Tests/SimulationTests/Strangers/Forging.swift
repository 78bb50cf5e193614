import Bridge
import Presence

/// Words in other clients' names, and on the bridge's own topics, as a broker without an access list lets them
/// through. A client's word is its word, whoever says it: the judge goes by that.
extension Strangers {
  private static let kept = 20

  func overhear(_ message: Message) {
    guard isThere(.forger), message.word != nil, message.isAcknowledged else { return }
    overheard.append(message)
    if overheard.count > Self.kept { overheard.removeFirst() }
  }

  func forge() {
    if random.chance(0.5), !overheard.isEmpty {
      var old = random.pick(overheard)
      if random.chance(0.5) { old.isRetained = true }
      return say(old)
    }
    let device = random.pick(world.fleet.devices)
    let room = random.below(world.plan.rooms.count)
    let topic = "\(device.topic)/rooms/\(world.plan.rooms[room])"
    switch random.below(5) {
    case 0:
      say(topic, "join", isRetained: true, word: Word(client: device.number, kind: .join(room)))
    case 1:
      say(topic, "leave", isRetained: true, word: Word(client: device.number, kind: .leave(room)))
    case 2:
      say(
        "\(device.topic)/heartbeat", "x", atLeastOnce: false, isRetained: true,
        word: Word(client: device.number, kind: .beat))
    case 3:
      say(
        "\(device.topic)/status", "offline", isRetained: true,
        word: Word(client: device.number, kind: .death))
    default:
      say(
        "\(device.topic)/status", "", isRetained: true,
        word: Word(client: device.number, kind: .forget))
    }
  }

  /// Puts something on a topic of the bridge's.
  func usurp() {
    let room = random.chance(0.5) ? random.pick(world.plan.rooms) : "u/\(random.below(3))"
    switch random.below(7) {
    case 0, 1: say("presence/occupancy/\(room)", snapshot(of: room), isRetained: true)
    case 2:
      let counts = ["-1", "9223372036854775807", "-9223372036854775808", "x", "1e300", "00", "3"]
      say("presence/count/\(room)", random.pick(counts), isRetained: true)
    case 3: say("presence/bridge/stats", "{\"run\":\(number)}", isRetained: random.chance(0.7))
    case 4:
      say("presence/bridge/status", random.pick(["offline", "x", "", "online"]), isRetained: true)
    case 5: say("presence/bridge/fence", "\(number) \(number)", atLeastOnce: random.chance(0.5))
    default: say("presence/bridge/fence", random.pick(["", "x", "-1 -1", "1 2 3"]))
    }
  }

  /// No time that a clock shows is so far ahead; 2^53 - 1 is the largest that a revision may be.
  private var number: String {
    random.pick([
      "9007199254740991", "9007199254740990", "9223372036854775807", "-1", "0", "1e300",
      "99999999999999999999",
    ])
  }

  /// Where the database may be lost or behind, a good one would be believed: the bridge has nothing better.
  private func snapshot(of room: String) -> String {
    let faults = world.plan.faults
    let isBelieved = faults.contains(.databaseLost) || faults.contains(.diskFull)
    if isBelieved || random.chance(0.3) {
      return random.pick([
        "x", "{}", "{\"room\":\"\(room)\"}", "[", "", "{\"revision\":9007199254740991}",
      ])
    }
    let time = "2023-11-14T22:14:00.000Z"
    return "{\"room\":\"\(room)\",\"count\":1,\"users\":[],\"users_count\":0,\"anonymous\":1,"
      + "\"members\":[{\"client\":\"ghost\",\"since\":\"\(time)\"}],\"truncated\":false,"
      + "\"revision\":\(random.pick(["1", "9007199254740991", "9007199254740990"])),\"at\":\"\(time)\"}"
  }
}
