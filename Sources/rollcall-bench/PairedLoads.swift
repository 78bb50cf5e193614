/// Writes packets in large pieces as they are made.
private struct Stream {
  let publisher: RawPublisher
  private var packets: [UInt8] = []

  init(_ port: Int, id: String) throws(BenchError) {
    publisher = try RawPublisher(port: port, id: id)
  }

  mutating func add(
    _ topic: String, _ payload: String, identifier: UInt16? = nil
  ) throws(BenchError) {
    RawPublisher.appendPublish(topic.utf8, payload.utf8, identifier: identifier, to: &packets)
    guard packets.count > 1 << 16 else { return }
    try flush()
  }

  private mutating func flush() throws(BenchError) {
    try publisher.send(packets)
    packets.removeAll(keepingCapacity: true)
    publisher.drain()
  }

  /// The broker reads to the end before it takes the connection for lost.
  mutating func finish() throws(BenchError) {
    try flush()
    publisher.finish()
  }
}

/// Heartbeats at QoS 0 of clients that are present.
struct HeartbeatLoad: PairedLoad {
  let name = "heartbeats"
  let messages: Int
  let clients: Int
  let qos = 0
  let settings = ["heartbeat_timeout 1h", "stats_interval 500ms", "publish_interval 1s"]

  func prepare(_ port: Int) throws(BenchError) {
    var stream = try Stream(port, id: "bench-join")
    for client in 0..<clients {
      try stream.add(
        "presence/clients/\(TopicList.client(client))/rooms/\(TopicList.room(client / 100))",
        "join", identifier: UInt16(client % 60_000 + 1))
    }
    try stream.finish()
  }

  func publish(_ port: Int, end: String) throws(BenchError) {
    var stream = try Stream(port, id: "bench-load")
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<messages {
      let client = Int.random(in: 0..<clients, using: &generator)
      try stream.add("presence/clients/\(TopicList.client(client))/heartbeat", "")
    }
    try stream.add(end, "join", identifier: 1)
    try stream.finish()
  }

  func takenIn(_ stats: String) -> Int { number("heartbeats", in: stats).map { Int($0) } ?? 0 }
}

/// Joins and leaves at QoS 1, all of which change something: everybody joins, then everybody leaves, and so on,
/// each time in another order. The bridge has committed what comes before the count that it publishes at the end.
struct JoinLeaveLoad: PairedLoad {
  let name = "qos1"
  let rounds: Int
  let clients: Int
  let qos = 1
  let settings = [
    "durability process", "heartbeat_timeout 1h", "stats_interval 500ms", "publish_interval 1s",
  ]

  var messages: Int { rounds * clients }

  func prepare(_ port: Int) {}

  func publish(_ port: Int, end: String) throws(BenchError) {
    var stream = try Stream(port, id: "bench-load")
    let rooms = max(1, clients / 100)
    let topics = (0..<clients).map {
      "presence/clients/\(TopicList.client($0))/rooms/\(TopicList.room($0 % rooms))"
    }
    var order = Array(0..<clients)
    var generator = SeededGenerator(seed: 2)
    for round in 0..<rounds {
      order.shuffle(using: &generator)
      for (place, client) in order.enumerated() {
        try stream.add(
          topics[client], round.isMultiple(of: 2) ? "join" : "leave",
          identifier: UInt16(place % 60_000 + 1))
      }
    }
    try stream.add(end, "join", identifier: 60_001)
    try stream.finish()
  }

  func takenIn(_ stats: String) -> Int {
    let counts = ["joined", "left"].compactMap { number($0, in: stats) }
    return Int(counts.reduce(0, +))
  }
}
