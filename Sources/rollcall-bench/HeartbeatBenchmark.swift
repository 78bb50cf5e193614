import Foundation

/// Heartbeats through a real mosquitto, into the bridge and into the floor, each with a broker of its own, in
/// turn. Both are timed from outside: from the first byte sent until the last message has had its effect.
struct HeartbeatBenchmark {
  let pairs: Int
  let messages: Int
  let clients: Int

  struct Run {
    var nanoseconds: Int64
    var processorTime: Int64
  }

  func run() throws(BenchError) {
    let workplace = try Workplace()
    var floors: [Run] = []
    var bridges: [Run] = []
    for pair in 0..<pairs {
      let port = 21_000 + Int.random(in: 0..<4_000) * 2
      floors.append(try floor(workplace, port))
      bridges.append(try bridge(workplace, port + 1))
      progress("pair \(pair + 1) of \(pairs): \(ratios(floors[pair], bridges[pair]))")
    }
    report("floor", floors)
    report("bridge", bridges)
    let throughput = (0..<pairs).map {
      Double(floors[$0].nanoseconds) / Double(bridges[$0].nanoseconds)
    }
    let cost = (0..<pairs).map {
      Double(bridges[$0].processorTime) / Double(floors[$0].processorTime)
    }
    Result("heartbeats_ratio", clients: clients).with("pairs", pairs)
      .with("throughput", median(throughput)).with("cpu", median(cost)).print()
  }

  private func ratios(_ floor: Run, _ bridge: Run) -> String {
    let throughput = Double(floor.nanoseconds) / Double(bridge.nanoseconds)
    let cost = Double(bridge.processorTime) / Double(floor.processorTime)
    return "throughput \(throughput) and CPU \(cost) of the floor's"
  }

  private func report(_ name: String, _ runs: [Run]) {
    let time = median(runs.map { Double($0.nanoseconds) })
    let cost = median(runs.map { Double($0.processorTime) })
    Result("heartbeats_\(name)", clients: clients).with("messages", messages)
      .with(operations: messages, nanoseconds: Int64(time))
      .with("cpu_ns_per_op", cost / Double(messages)).print()
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func floor(_ workplace: Workplace, _ port: Int) throws(BenchError) -> Run {
    let broker = try workplace.broker(port: port)
    let watcher = try Watcher(port: port, ["ready"])
    let output = Pipe()
    let floor = try Child(
      beside("rollcall-bench"), ["floor", "--port", "\(port)", "--messages", "\(messages)"],
      output: output)
    try watcher.wait(for: .seconds(10), "the floor") { watcher.latest["ready"] != nil }
    let start = nanoseconds()
    try publish(port, end: "presence/bench/end", identifier: nil)
    floor.waitUntilExit()
    let elapsed = nanoseconds() - start
    let line = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    withExtendedLifetime(broker) {}
    guard let cost = number("cpu_ns_per_op", in: line), let count = number("messages", in: line)
    else { throw BenchError("the floor says '\(line)'") }
    guard Int(count) >= messages else { throw BenchError("the floor got \(Int(count))") }
    return Run(nanoseconds: elapsed, processorTime: Int64(cost * count))
  }

  private func bridge(_ workplace: Workplace, _ port: Int) throws(BenchError) -> Run {
    let broker = try workplace.broker(port: port)
    let watcher = try Watcher(
      port: port, ["presence/bridge/#", "presence/count/ready", "presence/count/end"])
    let bridge = try workplace.bridge(
      port: port, ["heartbeat_timeout 1h", "stats_interval 500ms", "publish_interval 1s"])
    try watcher.wait(for: .seconds(10), "the bridge") {
      watcher.latest["presence/bridge/stats"] != nil
    }
    try join(port)
    try watcher.wait(for: .seconds(60), "the joins") {
      watcher.latest["presence/count/ready"] != nil
    }
    let used = bridge.processorTime
    let start = nanoseconds()
    try publish(port, end: "presence/clients/end/rooms/end", identifier: 1)
    try watcher.wait(for: .seconds(300), "the heartbeats") {
      watcher.latest["presence/count/end"] != nil
    }
    let run = Run(nanoseconds: nanoseconds() - start, processorTime: bridge.processorTime - used)
    try check(watcher)
    withExtendedLifetime(broker) {}
    return run
  }

  /// Every heartbeat was taken in.
  private func check(_ watcher: Watcher) throws(BenchError) {
    func count() -> Int {
      let stats = watcher.latest["presence/bridge/stats"] ?? []
      return number("heartbeats", in: String(decoding: stats, as: UTF8.self)).map { Int($0) } ?? 0
    }
    try watcher.wait(for: .seconds(5), "all heartbeats in the stats") { count() >= messages }
  }

  private func join(_ port: Int) throws(BenchError) {
    let publisher = try RawPublisher(port: port, id: "bench-join")
    var packets: [UInt8] = []
    for client in 0..<clients {
      RawPublisher.appendPublish(
        "presence/clients/\(TopicList.client(client))/rooms/\(TopicList.room(client / 100))".utf8,
        "join".utf8, identifier: UInt16(client % 60_000 + 1), to: &packets)
      if packets.count > 1 << 16 {
        try publisher.send(packets)
        packets.removeAll()
        publisher.drain()
      }
    }
    RawPublisher.appendPublish(
      "presence/clients/ready/rooms/ready".utf8, "join".utf8, identifier: 60_001, to: &packets)
    try publisher.send(packets)
    publisher.finish()
  }

  private func publish(_ port: Int, end: String, identifier: UInt16?) throws(BenchError) {
    let publisher = try RawPublisher(port: port, id: "bench-load")
    var packets: [UInt8] = []
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<messages {
      let client = Int.random(in: 0..<clients, using: &generator)
      RawPublisher.appendPublish(
        "presence/clients/\(TopicList.client(client))/heartbeat".utf8, [], to: &packets)
      if packets.count > 1 << 16 {
        try publisher.send(packets)
        packets.removeAll(keepingCapacity: true)
      }
    }
    RawPublisher.appendPublish(end.utf8, "join".utf8, identifier: identifier, to: &packets)
    try publisher.send(packets)
    // The broker reads to the end before it takes the connection for lost.
    publisher.finish()
  }
}

/// A number that a line of JSON of ours holds.
func number(_ key: String, in line: String) -> Double? {
  guard let range = line.range(of: "\"\(key)\":") else { return nil }
  return Double(line[range.upperBound...].prefix { $0.isNumber || $0 == "." || $0 == "-" })
}
