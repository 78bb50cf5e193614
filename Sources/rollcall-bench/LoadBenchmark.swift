import MQTT

/// A load on a broker and a bridge that run: births and heartbeats at full speed, and what a will and a silence
/// take to show in a retained count while heartbeats come at a steady rate. Everything is seen from outside, by
/// a subscriber of its own.
final class LoadBenchmark {
  struct Plan {
    /// Who is born, in rooms of 100, and beats.
    var clients = 10_000
    /// Heartbeats at full speed.
    var messages = 1_000_000
    var connections = 4
    /// Heartbeats a second while latencies are taken.
    var rate = 20_000
    var wills = 500
    var silences = 500
  }

  let target: Target
  let plan: Plan
  let watcher: Watcher
  /// Every end of a stream is a room of its own that is joined, and that no other run has used.
  private var ends = 0
  private let tag = String(UInt32.random(in: .min ... .max), radix: 36)
  /// What the bridge has published of its stats while we looked.
  private(set) var statsSeen = 0

  init(_ target: Target, _ plan: Plan) throws(BenchError) {
    self.target = target
    self.plan = plan
    watcher = try Watcher(target, ["presence/bridge/#", "presence/count/bench/#"])
    watcher.onMessage = { [unowned self] topic, _ in
      if topic == "presence/bridge/stats" { statsSeen += 1 }
    }
  }

  func run() throws(BenchError) {
    try watcher.wait(for: .seconds(20), "a bridge that is online") {
      watcher.text("presence/bridge/status") == "online" && stat("heartbeats") != nil
    }
    defer { forget() }
    try births()
    try heartbeats()
    try measureWills()
    try measureSilences()
  }

  func stat(_ name: String) -> Int? {
    watcher.text("presence/bridge/stats").flatMap { number(name, in: $0) }.map { Int($0) }
  }

  private func births() throws(BenchError) {
    progress("births: \(plan.clients) clients from \(plan.connections) connections")
    let elapsed = try timed(plan.clients) { number, packets in
      RawPublisher.appendPublish(
        LoadNames.status(LoadNames.client(number)).utf8,
        LoadNames.birth(room: "bench/load/room-\(number / 100)", timeout: 86_400),
        identifier: UInt16(number % 60_000 + 1), retain: true, to: &packets)
    }
    result("load_births").with(operations: plan.clients, nanoseconds: elapsed).print()
  }

  private func heartbeats() throws(BenchError) {
    progress("heartbeats: \(plan.messages)")
    let topics = (0..<plan.clients).map { LoadNames.heartbeat(LoadNames.client($0)) }
    let before = stat("heartbeats") ?? 0
    var generator = SeededGenerator(seed: 2)
    let elapsed = try timed(plan.messages) { _, packets in
      let client = Int.random(in: 0..<topics.count, using: &generator)
      RawPublisher.appendPublish(topics[client].utf8, [], to: &packets)
    }
    // The stats that come after the end tell of everything before it; a set of them may be under way.
    let seen = statsSeen
    try watcher.wait(for: .seconds(120), "the bridge's stats") {
      statsSeen >= seen + 2 || (stat("heartbeats") ?? 0) - before >= plan.messages
    }
    let taken = min(plan.messages, (stat("heartbeats") ?? 0) - before)
    result("load_heartbeats").with("lost", plan.messages - taken)
      .with(operations: taken, nanoseconds: elapsed).print()
  }

  func result(_ name: String) -> Result {
    Result(name, clients: plan.clients).with("connections", plan.connections)
  }

  /// Sends so many messages in turn over the connections, and says how long it took until the bridge had
  /// taken in the last one of each.
  private func timed(
    _ count: Int, _ append: (Int, inout [UInt8]) -> Void
  ) throws(BenchError) -> Int64 {
    var publishers: [RawPublisher] = []
    for number in 0..<plan.connections {
      publishers.append(try RawPublisher(target, id: "bench-load-\(number)"))
    }
    let start = nanoseconds()
    try send(count, over: publishers, append)
    let rooms = try sendEnds(over: publishers)
    try watcher.wait(for: .seconds(600), "the end of the load") {
      rooms.allSatisfy { watcher.arrived[LoadNames.count($0)] != nil }
    }
    let last = rooms.compactMap { watcher.arrived[LoadNames.count($0)] }.max() ?? start
    for publisher in publishers { publisher.finish() }
    return last - start
  }

  private func send(
    _ count: Int, over publishers: [RawPublisher], _ append: (Int, inout [UInt8]) -> Void
  ) throws(BenchError) {
    var packets: [UInt8] = []
    var turn = 0
    for number in 0..<count {
      append(number, &packets)
      guard packets.count > 1 << 14 || number == count - 1 else { continue }
      try publishers[turn % publishers.count].send(packets)
      publishers[turn % publishers.count].drain()
      packets.removeAll(keepingCapacity: true)
      turn += 1
    }
  }

  private func sendEnds(over publishers: [RawPublisher]) throws(BenchError) -> [String] {
    var rooms: [String] = []
    for publisher in publishers {
      let room = "bench/end-\(tag)-\(ends)"
      var packets: [UInt8] = []
      RawPublisher.appendPublish(
        LoadNames.join("bench-end", room).utf8, "join".utf8, identifier: 60_001, to: &packets)
      try publisher.send(packets)
      rooms.append(room)
      ends += 1
    }
    return rooms
  }

  /// Nobody of ours stays behind, neither with the bridge nor on the broker.
  private func forget() {
    let names =
      (0..<plan.clients).map(LoadNames.client) + (0..<plan.wills).map(Self.dying)
      + (0..<plan.silences).map(Self.silent) + ["bench-end"]
    guard let publisher = try? RawPublisher(target, id: "bench-forget") else { return }
    for (number, name) in names.enumerated() {
      var packets: [UInt8] = []
      RawPublisher.appendPublish(
        LoadNames.status(name).utf8, [], identifier: UInt16(number % 60_000 + 1), retain: true,
        to: &packets)
      try? publisher.send(packets)
      publisher.drain()
    }
    publisher.finish()
  }

  static func dying(_ number: Int) -> String { "bench-dying-\(number)" }
  static func silent(_ number: Int) -> String { "bench-silent-\(number)" }
}
