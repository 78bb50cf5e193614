import Foundation

/// Messages that go through a real mosquitto, into the bridge and into those it is compared with.
protocol PairedLoad {
  var name: String { get }
  var clients: Int { get }
  var messages: Int { get }
  var qos: Int { get }
  /// Lines of the bridge's configuration.
  var settings: [String] { get }

  /// What has to be there before the bridge is measured.
  func prepare(_ port: Int) throws(BenchError)
  /// Sends everything, and `end` last.
  func publish(_ port: Int, end: String) throws(BenchError)
  /// How many of the messages the bridge's stats tell of.
  func takenIn(_ stats: String) -> Int
}

/// Runs a load into the floor, the bridge and, if so wanted, another program: each with a broker of its own, in
/// turn. All are timed from outside: from the first byte sent until the last message has had its effect.
struct PairBenchmark {
  let load: any PairedLoad
  let pairs: Int
  /// A command that is started like the floor, with `--port N --qos N --messages N`.
  let against: String?

  struct Run {
    var nanoseconds: Int64
    var processorTime: Int64
  }

  func run() throws(BenchError) {
    let workplace = try Workplace()
    var floors: [Run] = []
    var bridges: [Run] = []
    var others: [Run] = []
    for pair in 0..<pairs {
      floors.append(try subscriber(workplace, floorCommand))
      bridges.append(try bridge(workplace))
      if let against {
        others.append(try subscriber(workplace, ["/bin/sh", "-c", against + " \"$@\"", "sh"]))
      }
      progress("pair \(pair + 1) of \(pairs): \(ratios(floors[pair], bridges[pair]))")
    }
    report("floor", floors)
    report("bridge", bridges)
    compare("ratio", bridges, with: floors)
    guard against != nil else { return }
    report("against", others)
    compare("against_ratio", others, with: floors)
  }

  private var floorCommand: [String] { [beside("rollcall-bench"), "floor"] }

  private func ratios(_ floor: Run, _ bridge: Run) -> String {
    let throughput = Double(floor.nanoseconds) / Double(bridge.nanoseconds)
    let cost = Double(bridge.processorTime) / Double(floor.processorTime)
    return "throughput \(throughput) and CPU \(cost) of the floor's"
  }

  private func report(_ who: String, _ runs: [Run]) {
    let time = median(runs.map { Double($0.nanoseconds) })
    let cost = median(runs.map { Double($0.processorTime) })
    Result("\(load.name)_\(who)", clients: load.clients).with("messages", load.messages)
      .with(operations: load.messages, nanoseconds: Int64(time))
      .with("cpu_ns_per_op", cost / Double(load.messages)).print()
  }

  private func compare(_ what: String, _ runs: [Run], with floors: [Run]) {
    let throughput = zip(floors, runs).map { Double($0.nanoseconds) / Double($1.nanoseconds) }
    let cost = zip(floors, runs).map { Double($1.processorTime) / Double($0.processorTime) }
    Result("\(load.name)_\(what)", clients: load.clients).with("pairs", pairs)
      .with("throughput", median(throughput)).with("cpu", median(cost)).print()
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// A program that does as the floor does: says `ready` on that topic once it is subscribed to `presence/#`,
  /// ends with what comes on `presence/bench/end`, and prints what it received.
  private func subscriber(_ workplace: Workplace, _ command: [String]) throws(BenchError) -> Run {
    let port = try freePort()
    let broker = try workplace.broker(port: port)
    let watcher = try Watcher(port: port, ["ready"])
    let output = Pipe()
    let options = ["--port", "\(port)", "--qos", "\(load.qos)", "--messages", "\(load.messages)"]
    let child = try Child(command[0], command.dropFirst() + options, output: output)
    try watcher.wait(for: .seconds(10), command.joined(separator: " ")) {
      watcher.latest["ready"] != nil
    }
    let start = nanoseconds()
    try load.publish(port, end: "presence/bench/end")
    child.waitUntilExit()
    let elapsed = nanoseconds() - start
    let line = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    withExtendedLifetime(broker) {}
    guard let cost = number("cpu_ns_per_op", in: line), let count = number("messages", in: line)
    else { throw BenchError("\(command[0]) says '\(line)'") }
    guard Int(count) >= load.messages else { throw BenchError("\(command[0]) got \(Int(count))") }
    return Run(nanoseconds: elapsed, processorTime: Int64(cost * count))
  }

  private func bridge(_ workplace: Workplace) throws(BenchError) -> Run {
    let port = try freePort()
    let broker = try workplace.broker(port: port)
    let watcher = try Watcher(
      port: port, ["presence/bridge/#", "presence/count/ready", "presence/count/end"])
    let bridge = try workplace.bridge(port: port, load.settings)
    try watcher.wait(for: .seconds(10), "the bridge") {
      watcher.latest["presence/bridge/stats"] != nil
    }
    try load.prepare(port)
    try end("ready", port)
    try watcher.wait(for: .seconds(60), "what has to be there before") {
      watcher.latest["presence/count/ready"] != nil
    }
    let used = bridge.processorTime
    let start = nanoseconds()
    try load.publish(port, end: "presence/clients/end/rooms/end")
    try watcher.wait(for: .seconds(300), "the last message") {
      watcher.latest["presence/count/end"] != nil
    }
    let run = Run(
      nanoseconds: (watcher.arrived["presence/count/end"] ?? nanoseconds()) - start,
      processorTime: bridge.processorTime - used)
    try watcher.wait(for: .seconds(5), "all messages in the stats") {
      load.takenIn(watcher.text("presence/bridge/stats") ?? "") >= load.messages
    }
    withExtendedLifetime(broker) {}
    return run
  }

  private func end(_ name: String, _ port: Int) throws(BenchError) {
    let publisher = try RawPublisher(port: port, id: "bench-\(name)")
    var packet: [UInt8] = []
    RawPublisher.appendPublish(
      "presence/clients/\(name)/rooms/\(name)".utf8, "join".utf8, identifier: 1, to: &packet)
    try publisher.send(packet)
    publisher.finish()
  }
}

/// A number that a line of JSON of ours holds.
func number(_ key: String, in line: String) -> Double? {
  guard let range = line.range(of: "\"\(key)\":") else { return nil }
  return Double(
    line[range.upperBound...].prefix { $0.isNumber || $0 == "." || $0 == "-" })
}
