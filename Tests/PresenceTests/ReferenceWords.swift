import Presence

/// What the clients of a random history say.
extension ReferenceHistory {
  mutating func say() {
    let name = pick(Self.names)
    let parts = name.split(separator: "/").map(String.init)
    let (user, client) = parts.count == 2 ? (parts[0], parts[1]) : (nil, parts[0])
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<5: beat(name, client, user)
    case 5..<8: join(name, client, user)
    case 8..<10: leave(name, client, user)
    case 10..<13: online(name, client, user, isReplay: false)
    case 13..<15: offline(name, client, user, isReplay: false)
    case 15..<17: online(name, client, user, isReplay: true)
    case 17..<19: offline(name, client, user, isReplay: true)
    default:
      last = "forget \(name)"
      stage.forget(client, user: user)
      reference.forget(name)
    }
  }

  private mutating func epoch() -> Int? { pick([nil, nil, 1, 2, 3]) }

  private mutating func timeout() -> Int? { pick([nil, nil, nil, 0, 100, 4_000, 25_000]) }

  private mutating func beat(_ name: String, _ client: String, _ user: String?) {
    let (epoch, timeout) = (epoch(), timeout())
    last = "beat \(name) \(String(describing: epoch)) \(String(describing: timeout))"
    stage.beat(
      client, user: user, epoch: epoch.map { Int64($0) }, timeout: timeout.map { .milliseconds($0) }
    )
    reference.beat(name, epoch: epoch, timeout: timeout)
  }

  private mutating func join(_ name: String, _ client: String, _ user: String?) {
    let (room, data) = (pick(Self.rooms), pick([nil, nil, "{}", "{\"x\":1}", "{\"x\":2}"]))
    last = "join \(name) \(room)"
    stage.join(client, room, user: user, data: data)
    reference.join(name, room, data: data)
  }

  private mutating func leave(_ name: String, _ client: String, _ user: String?) {
    let room = pick(Self.rooms)
    last = "leave \(name) \(room)"
    stage.leave(client, room, user: user)
    reference.leave(name, room)
  }

  private mutating func online(
    _ name: String, _ client: String, _ user: String?, isReplay: Bool
  ) {
    let rooms: [String]? = pick([
      nil, [], ["lab"], ["lab", "hall"], ["a/b", "roof", "lab"], Self.rooms,
    ])
    let birth = Reference.Birth(
      rooms: rooms, epoch: epoch(), timeout: timeout(), data: pick([nil, "{}", "{\"y\":1}"]))
    last = "\(isReplay ? "replay" : "live") \(name) \(birth.text)"
    let (epoch, timeout) = (
      birth.epoch.map { Int64($0) }, birth.timeout.map { Duration.milliseconds($0) }
    )
    if isReplay {
      stage.claimsOnline(
        client, user: user, rooms: rooms, epoch: epoch, timeout: timeout, data: birth.data)
      reference.claimOnline(name, birth)
    } else {
      stage.online(
        client, user: user, rooms: rooms, epoch: epoch, timeout: timeout, data: birth.data)
      reference.online(name, birth)
    }
  }

  private mutating func offline(
    _ name: String, _ client: String, _ user: String?, isReplay: Bool
  ) {
    let epoch = epoch()
    last = "\(isReplay ? "replay" : "live") \(name) offline \(String(describing: epoch))"
    if isReplay {
      stage.claimsOffline(client, user: user, epoch: epoch.map { Int64($0) })
      reference.claimOffline(name, epoch: epoch)
    } else {
      stage.offline(client, user: user, epoch: epoch.map { Int64($0) })
      reference.offline(name, epoch: epoch)
    }
  }
}
