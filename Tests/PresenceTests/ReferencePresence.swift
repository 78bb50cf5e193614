/// Who is present by the contract's words: slow, and obviously right.
///
/// Times are milliseconds. What the engine keeps in flat arrays, lists and wheels stands here in plain
/// dictionaries, and every question is answered by looking at everybody.
struct Reference {
  enum Death: Equatable {
    case at(Int)
    /// Pending when the connection ended.
    case held
    /// Found after connecting and before the fence.
    case found
  }

  struct Client {
    var rooms: Set<String> = []
    /// Rooms that it was taken out of, and that wait for it.
    var waiting: Set<String> = []
    var ownData: [String: String] = [:]
    var data: String?
    var isPresent = true
    var removedAt: Int?
    var death: Death?
    var lastHeard: Int
    var heardIn: Int?
    /// Milliseconds; `nil`: the default; 0: the will alone.
    var timeout: Int?
    var epoch: Int?
    var mustBeHeard = false
    var lastDeath: String?
    var lastBirth: String?
  }

  struct Shown: Equatable {
    var since: Int
    var data: String?
  }

  enum Phase { case disconnected, settling, live }

  struct Rules {
    var timeout = 10_000
    var offlineGrace = 1_000
    var restartGrace = 3_000
    var reviveWindow = 30_000
    var forgetAfter = 60_000
    var maxRooms = 3
  }

  var rules = Rules()
  var clients: [String: Client] = [:]
  var since: [String: [String: Int]] = [:]
  var announced: [String: [String: Shown]] = [:]
  var reasons: [String: [String: String]] = [:]
  var stale = 0
  var limited = 0
  var phase = Phase.disconnected
  var connection = 0
  var settledAt = 0
  var now = 0

  func members(_ room: String) -> [String: Shown] {
    var members: [String: Shown] = [:]
    for (name, client) in clients where client.rooms.contains(room) {
      members[name] = Shown(
        since: since[room]?[name] ?? 0, data: client.ownData[room] ?? client.data)
    }
    return members
  }

  /// The net change of a room since the last call.
  mutating func announce(_ room: String) -> [String] {
    let before = announced[room] ?? [:]
    let after = members(room)
    announced[room] = after
    func reason(_ name: String) -> String { reasons[room]?[name] ?? "" }
    var words: [String] = []
    for name in after.keys where before[name] == nil { words.append("+\(name) \(reason(name))") }
    for name in before.keys where after[name] == nil { words.append("-\(name) \(reason(name))") }
    for name in after.keys {
      if let old = before[name], old.data != after[name]?.data { words.append("~\(name)") }
    }
    return words.sorted()
  }

  /// When a client goes for its silence; `nil`: never.
  func silence(_ client: Client) -> Int? {
    let start = max(client.lastHeard, settledAt)
    if client.timeout == 0 { return client.mustBeHeard ? start + rules.timeout : nil }
    return start + (client.timeout ?? rules.timeout)
  }

  /// Moments at which something may happen.
  var moments: [Int] {
    var moments: [Int] = []
    for client in clients.values {
      if client.isPresent, let silence = silence(client) { moments.append(silence) }
      if case .at(let time) = client.death { moments.append(time) }
      if let removed = client.removedAt {
        moments.append(removed + rules.reviveWindow)
        moments.append(removed + rules.forgetAfter)
      }
    }
    return moments
  }
}

/// Time and the connection.
extension Reference {
  mutating func tick() {
    guard phase == .live else { return }
    for (name, client) in clients where client.isPresent {
      let silence = silence(client) ?? .max
      if case .at(let time) = client.death, time <= min(now, silence) {
        remove(name, "offline")
      } else if silence <= now {
        remove(name, "expired")
      }
    }
    for (name, client) in clients where !client.isPresent {
      if let removed = client.removedAt, removed + rules.forgetAfter <= now { clients[name] = nil }
    }
  }

  mutating func disconnect() {
    phase = .disconnected
    for (name, client) in clients where client.death != nil { clients[name]?.death = .held }
  }

  mutating func connect() {
    phase = .settling
    connection += 1
  }

  mutating func settle(brokerRestarted: Bool) {
    phase = .live
    settledAt = now
    for (name, client) in clients {
      switch client.death {
      case .held: clients[name]?.death = .at(now + rules.restartGrace)
      case .found:
        clients[name]?.death = .at(
          now + (brokerRestarted ? rules.restartGrace : rules.offlineGrace))
      case .at, nil: break
      }
      if brokerRestarted, client.isPresent, client.timeout == 0, client.heardIn != connection {
        clients[name]?.mustBeHeard = true
      }
    }
  }

  /// The bridge is started again with what it had saved; nobody hears of what was not announced.
  mutating func restart() {
    disconnect()
    for name in clients.keys { clients[name]?.heardIn = nil }
    for room in Set(since.keys).union(announced.keys) { announced[room] = members(room) }
  }

  mutating func remove(_ name: String, _ reason: String) {
    guard var client = clients[name] else { return }
    if !isRevivable(client) { client.waiting = [] }
    for room in client.rooms { reasons[room, default: [:]][name] = reason }
    client.waiting.formUnion(client.rooms)
    client.rooms = []
    client.isPresent = false
    client.death = nil
    client.mustBeHeard = false
    client.removedAt = now
    clients[name] = client
  }

  func isRevivable(_ client: Client) -> Bool {
    client.removedAt.map { now - $0 < rules.reviveWindow } ?? false
  }
}
