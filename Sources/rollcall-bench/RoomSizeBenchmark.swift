import Bridge
import Presence
import Topics

/// What a join costs in rooms of different sizes: the engine alone, and with what is published of it.
///
/// Everybody is present; then some leave their rooms and join again, one after the other, in rooms picked at
/// random. So the number of clients is the same whatever the size of the rooms, and so are the caches' misses.
struct RoomSizeBenchmark {
  let clients: Int

  func run() {
    var sizes = [10, 100, 1_000, 10_000].filter { $0 < clients }
    sizes.append(clients)
    var first: (join: Double, published: Double)?
    for size in sizes {
      progress("rooms of \(size) members")
      let join = time(size, announces: false)
      let published = time(size, announces: true)
      let base = first ?? (join, published)
      first = base
      Result("room_join", clients: clients).with("members", size).with("ns_per_op", join)
        .with("ratio", join / base.join).print()
      Result("room_join_published", clients: clients).with("members", size)
        .with("ns_per_op", published).with("ratio", published / base.published).print()
    }
  }

  /// Nanoseconds a join, the median of several passes.
  private func time(_ size: Int, announces: Bool) -> Double {
    let rooms = max(1, clients / size)
    var crowd = Crowd(clients: clients, rooms: rooms)
    var generator = SeededGenerator(seed: 5)
    var times: [Double] = []
    for _ in 0..<9 {
      let movers = (0..<min(clients, announces ? 500 : 5_000)).map { _ in
        Int.random(in: 0..<clients, using: &generator)
      }
      for client in movers { crowd.say("leave", client) }
      crowd.publish()
      let start = nanoseconds()
      for client in movers {
        crowd.say("join", client)
        if announces { crowd.publish() }
      }
      times.append(Double(nanoseconds() - start) / Double(movers.count))
      crowd.publish()
    }
    return times.sorted()[times.count / 2]
  }
}

/// Clients in rooms of one size.
private struct Crowd {
  private var engine: Engine
  private let topics: [[UInt8]]
  private let reader = TopicReader(root: "presence")
  private let now = Now(instant: Instant(nanoseconds: 1_000_000_000_000), wall: 1_700_000_000_000)

  init(clients: Int, rooms: Int) {
    topics = (0..<clients).map {
      Array(
        "presence/clients/\(TopicList.client($0))/rooms/\(TopicList.room($0 % rooms))".utf8)
    }
    engine = Engine(rules: Rules())
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
    for client in 0..<clients { say("join", client) }
    publish()
  }

  mutating func say(_ word: StaticString, _ client: Int) {
    topics[client].withUnsafeBytes { topic in
      guard case .room(let who, let room) = reader.read(topic) else { return }
      let payload = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
      guard let action = try? Payload.room(payload) else { return }
      engine.room(who, room, action, at: now)
    }
  }

  /// Announces and encodes whatever has changed, as the loop does.
  mutating func publish() {
    let encoder = RoomEncoder(now: now) { _ in 256 << 20 }
    for room in engine.takeTouchedRooms() {
      let announcement = engine.announce(room)
      guard !announcement.isEmpty else { continue }
      let (_, revision) = encoder.events(announcement, topic: [], engine: &engine)
      _ = encoder.snapshot(
        room, topic: [], revision: revision, at: now.wall, limit: 256 << 10, engine: &engine)
    }
    _ = engine.takeUnsaved()
    engine.reclaim()
  }
}
