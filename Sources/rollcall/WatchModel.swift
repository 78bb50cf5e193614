/// What `rollcall watch` knows: the rooms, their counts and what happened lately, put together from
/// the retained counts and, where the login may read them, the events.
///
/// Pure: messages go in with the time, what is new to a reader comes out. An event and the count
/// that follows it say the same thing; whichever comes first is told, the other changes nothing.
struct WatchModel {
  struct Room: Equatable {
    var count: Int
    /// When the count last changed before our eyes.
    var changed: Duration?
    /// What happened, the latest first.
    var lately: [String] = []
    /// Whether the replay under way has named it.
    fileprivate var confirmed = true
  }

  enum Message: Equatable {
    case count(RoomName, [UInt8])
    case event(RoomName, [UInt8])
    case bridge([UInt8])
    case stats([UInt8])
    case occupancy(RoomName, [UInt8])
  }

  private(set) var rooms: [RoomName: Room] = [:]
  private(set) var bridge = BridgeState.absent
  private(set) var figures: BridgeFigures?
  /// Who is in the room that was last asked for.
  private(set) var members: (room: RoomName, snapshot: RoomSnapshot)?
  /// Whether the present state is known: what comes from then on is news.
  private(set) var synchronized = false
  private var presented = false
  private var sorted: [RoomName]?
  /// What the replay under way has said so far.
  private var replayedBridge = BridgeState.absent
  private var replayedChanges: Set<RoomName> = []

  private static let latelyLimit = 12

  /// The rooms in order of their bytes.
  mutating func roomNames() -> [RoomName] {
    if let sorted { return sorted }
    let names = rooms.keys.sorted()
    sorted = names
    return names
  }

  var presences: Int { rooms.values.reduce(0) { $0 + $1.count } }

  /// A connection begins: the broker replays what is retained.
  mutating func beginReplay() {
    synchronized = false
    (replayedBridge, replayedChanges) = (.absent, [])
    for name in rooms.keys { rooms[name]?.confirmed = false }
  }

  /// The replay is complete: rooms that it has not named are gone. The first time all is news,
  /// later what has changed in between.
  mutating func endReplay() -> [WatchChange] {
    let gone = rooms.filter { !$0.value.confirmed }.keys.sorted()
    for name in gone { rooms[name] = nil }
    sorted = nil
    synchronized = true
    guard presented else {
      (presented, bridge) = (true, replayedBridge)
      return [.present(bridge)]
    }
    let counts = replayedChanges.sorted().compactMap { name in
      rooms[name].map { WatchChange.count(name, $0.count) }
    }
    return take(bridge: replayedBridge) + gone.map(WatchChange.gone) + counts
  }

  /// Takes a message in; says what is new.
  mutating func take(_ message: Message, at now: Duration) -> [WatchChange] {
    switch message {
    case .bridge(let payload): return take(bridge: BridgeState(payload))
    case .event(let name, let payload): return take(event: RoomEvent(payload), of: name, at: now)
    case .count(let name, let payload): return take(count: payload, of: name, at: now)
    case .stats(let payload): figures = BridgeFigures(payload, after: figures) ?? figures
    case .occupancy(let name, let payload): members = RoomSnapshot(payload).map { (name, $0) }
    }
    return []
  }

  private mutating func take(bridge state: BridgeState) -> [WatchChange] {
    guard synchronized else {
      replayedBridge = state
      return []
    }
    defer { bridge = state }
    return state != bridge ? [.bridge(state)] : []
  }

  private mutating func take(
    event: RoomEvent?, of name: RoomName, at now: Duration
  ) -> [WatchChange] {
    guard synchronized, let event else { return [] }
    set(name, to: event.count, at: now)
    note(event.added.map { "+" + $0.words } + event.removed.map { "-" + $0.words }, of: name)
    return [.event(name, event)]
  }

  private mutating func take(
    count payload: [UInt8], of name: RoomName, at now: Duration
  ) -> [WatchChange] {
    guard let count = roomCount(payload) else { return payload.isEmpty ? remove(name) : [] }
    let before = rooms[name]?.count
    guard before != count else {
      rooms[name]?.confirmed = true
      return []
    }
    set(name, to: count, at: synchronized ? now : nil)
    guard synchronized else {
      replayedChanges.insert(name)
      return []
    }
    let difference = count - (before ?? 0)
    note([difference > 0 ? "+\(difference)" : "\(difference)"], of: name)
    return [.count(name, count)]
  }

  private mutating func remove(_ name: RoomName) -> [WatchChange] {
    sorted = nil
    return rooms.removeValue(forKey: name) != nil && synchronized ? [.gone(name)] : []
  }

  private mutating func set(_ name: RoomName, to count: Int, at now: Duration?) {
    if rooms[name] == nil { sorted = nil }
    var room = rooms[name] ?? Room(count: count)
    room.count = count
    room.changed = now ?? room.changed
    room.confirmed = true
    rooms[name] = room
  }

  private mutating func note(_ words: [String], of name: RoomName) {
    guard var lately = rooms[name]?.lately else { return }
    lately.insert(contentsOf: words.prefix(Self.latelyLimit), at: 0)
    rooms[name]?.lately = Array(lately.prefix(Self.latelyLimit))
  }
}

/// What is new to somebody who watches.
enum WatchChange: Equatable {
  /// The present state is complete; the model holds it.
  case present(BridgeState)
  case event(RoomName, RoomEvent)
  /// A count that no event has explained.
  case count(RoomName, Int)
  /// The room's retained topics were cleared.
  case gone(RoomName)
  case bridge(BridgeState)
  /// The connection to the broker: lost, with why, or made again.
  case lost(String)
  case connected
}

extension ChangedClient {
  /// `ann/phone(left)`; a plain join needs no reason.
  var words: String {
    let who = (user.map { printable($0) + "/" } ?? "") + printable(client)
    guard let reason, reason != "joined" else { return who }
    return who + "(" + printable(reason) + ")"
  }
}
