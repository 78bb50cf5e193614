import MQTT

/// What one client's hostile load costs an honest one: from a join to the retained count, with the load and without it;
/// and from a publish to a subscriber, which is the broker's own share.
///
/// A load of one connection is sent at QoS 0, so that nothing but the broker slows it down.
struct HostileBenchmark {
  /// Joins and leaves that are measured under each load, after each other.
  var samples = 400
  /// Only this load; `nil`: each.
  var only: String?

  func run() throws(BenchError) {
    let site = try OwnSite(["stats_interval 1s"])
    let watcher = try Watcher(
      site.target, ["presence/bridge/#", "presence/count/honest/+", "bench/echo"])
    try watcher.wait(for: .seconds(20), "a bridge that is online") {
      watcher.text("presence/bridge/status") == "online"
    }
    let honest = try Honest(site.target, watcher)
    let quiet = try honest.measure(samples)
    quiet.print("hostile_none", rate: 0, against: quiet)
    for load in HostileLoad.all where only == nil || load.name == only {
      progress("hostile: \(load.name), \(load.rate)/s")
      let stream = SteadyLoad(site.target, id: "bench-evil", rate: load.rate, load.packets)
      try watcher.idle(.seconds(1))
      let figures = try honest.measure(samples)
      let rate = try stream.end()
      // What the load has piled up is worked off before the next one.
      try honest.settle()
      let before = try honest.measure(samples / 2)
      figures.print("hostile_\(load.name)", rate: rate, against: before)
    }
  }

  /// The figures of one stretch of time.
  struct Figures {
    var joins = Latencies()
    var echoes = Latencies()
    var longestTurn = 0.0

    func print(_ name: String, rate: Double, against quiet: Figures) {
      Result(name, clients: 1).with("messages_per_s", rate).with(joins)
        .with("broker_p99_ms", echoes.milliseconds(0.99))
        .with("p99_ratio", joins.milliseconds(0.99) / max(0.001, quiet.joins.milliseconds(0.99)))
        .with(
          "broker_p99_ratio",
          echoes.milliseconds(0.99) / max(0.001, quiet.echoes.milliseconds(0.99))
        )
        .with("longest_turn_ms", longestTurn).print()
    }
  }
}

/// A client that joins and leaves a room of its own.
private final class Honest {
  private let publisher: RawPublisher
  private let watcher: Watcher
  private var number: UInt16 = 0

  init(_ target: Target, _ watcher: Watcher) throws(BenchError) {
    publisher = try RawPublisher(target, id: "bench-honest")
    self.watcher = watcher
  }

  func measure(_ samples: Int) throws(BenchError) -> HostileBenchmark.Figures {
    var figures = HostileBenchmark.Figures()
    var generator = SeededGenerator(seed: 7)
    for sample in 0..<samples {
      try watcher.idle(.microseconds(Int64.random(in: 1_000..<9_000, using: &generator)))
      // Each room is left so long ago that its change is an edge that need not wait.
      let room = "honest/\(sample % 50)"
      let isJoin = sample / 50 % 2 == 0
      let topic = LoadNames.count(room)
      let start = nanoseconds()
      try say("presence/clients/honest/rooms/\(room)", isJoin ? "join" : "leave")
      try watcher.wait(for: .seconds(60), "an honest client's count") {
        watcher.text(topic) == (isJoin ? "1" : "0") && watcher.arrived[topic] ?? 0 >= start
      }
      figures.joins.add((watcher.arrived[topic] ?? start) - start)
      try echo(into: &figures)
      figures.longestTurn = max(figures.longestTurn, longestTurn)
    }
    // Ends as it began: nobody in the rooms.
    for room in 0..<50 { try say("presence/clients/honest/rooms/honest/\(room)", "leave") }
    try settle()
    return figures
  }

  /// The broker alone, from one client to another.
  private func echo(into figures: inout HostileBenchmark.Figures) throws(BenchError) {
    let start = nanoseconds()
    try say("bench/echo", "\(start)")
    try watcher.wait(for: .seconds(60), "an echo") { watcher.text("bench/echo") == "\(start)" }
    figures.echoes.add((watcher.arrived["bench/echo"] ?? start) - start)
  }

  private var longestTurn: Double {
    let stats = watcher.text("presence/bridge/stats")
    return stats.flatMap { rollcall_bench.number("longest_turn_ms", in: $0) } ?? 0
  }

  /// Until the bridge has worked off what came before.
  func settle() throws(BenchError) {
    for (word, count) in [("join", "1"), ("leave", "0")] {
      let start = nanoseconds()
      let topic = LoadNames.count("honest/settled")
      try say("presence/clients/honest/rooms/honest/settled", word)
      try watcher.wait(for: .seconds(120), "the end of a load") {
        watcher.text(topic) == count && watcher.arrived[topic] ?? 0 >= start
      }
      try watcher.idle(.milliseconds(300))
    }
  }

  private func say(_ topic: String, _ word: String) throws(BenchError) {
    number = number % 60_000 + 1
    var packets: [UInt8] = []
    RawPublisher.appendPublish(topic.utf8, word.utf8, identifier: number, to: &packets)
    try publisher.send(packets)
    publisher.drain()
  }
}
