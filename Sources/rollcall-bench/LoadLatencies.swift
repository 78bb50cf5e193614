import MQTT

/// What a death and a silence take to show, while heartbeats come at a steady rate.
extension LoadBenchmark {
  /// From the cut of a connection that has a will to the count 0 of its room. Each client has a room to itself,
  /// so that its going is published at once.
  func measureWills() throws(BenchError) {
    progress("wills: \(plan.wills), at \(plan.rate) heartbeats/s")
    raiseDescriptorLimit(to: plan.wills + 256)
    let devices = try connectDying()
    let load = steadyLoad()
    var latencies = Latencies()
    var generator = SeededGenerator(seed: 3)
    for (number, device) in devices.enumerated() {
      // Not in step with the load, which comes every millisecond.
      try watcher.idle(.microseconds(Int64.random(in: 2_000..<12_000, using: &generator)))
      let topic = LoadNames.count(Self.dying(number).inBench)
      let start = nanoseconds()
      device.cut()
      try watcher.wait(for: .seconds(60), "the death of \(Self.dying(number))") {
        watcher.text(topic) == "0"
      }
      latencies.add((watcher.arrived[topic] ?? start) - start)
    }
    let rate = try load.end()
    result("load_will_latency").with("heartbeats_per_s", rate).with(latencies)
      .with("requires", "offline_grace 0s").print()
    if latencies.milliseconds(0.5) > 90 {
      progress("this bridge seems to wait: only with 'offline_grace 0s' is that its own latency")
    }
  }

  private func connectDying() throws(BenchError) -> [RawPublisher] {
    var devices: [RawPublisher] = []
    for number in 0..<plan.wills {
      let name = Self.dying(number)
      let device = try RawPublisher(target, id: name, will: LoadNames.status(name))
      var packets: [UInt8] = []
      RawPublisher.appendPublish(
        LoadNames.status(name).utf8, LoadNames.birth(room: name.inBench, timeout: 0),
        identifier: 1, retain: true, to: &packets)
      try device.send(packets)
      devices.append(device)
    }
    try watcher.wait(for: .seconds(60), "the births of those who will die") {
      (0..<plan.wills).allSatisfy {
        watcher.text(LoadNames.count(Self.dying($0).inBench)) == "1"
      }
    }
    return devices
  }

  /// From the deadline of a client (its last heartbeat and its timeout of a second) to the count 0 of its room.
  func measureSilences() throws(BenchError) {
    progress("silences: \(plan.silences), at \(plan.rate) heartbeats/s")
    let publisher = try RawPublisher(target, id: "bench-silence")
    let load = steadyLoad()
    var generator = SeededGenerator(seed: 4)
    var lastBeats: [Int64] = []
    for number in 0..<plan.silences {
      try publisher.send(lifeThatEnds(Self.silent(number)))
      lastBeats.append(nanoseconds())
      try watcher.idle(.microseconds(Int64.random(in: 2_000..<12_000, using: &generator)))
      publisher.drain()
    }
    try watcher.wait(for: .seconds(60), "everybody's expiry") {
      (0..<plan.silences).allSatisfy { goneAt($0, after: lastBeats[$0]) != nil }
    }
    let rate = try load.end()
    var latencies = Latencies()
    for (number, beat) in lastBeats.enumerated() {
      latencies.add((goneAt(number, after: beat) ?? beat) - beat - 1_000_000_000)
    }
    publisher.finish()
    result("load_silence_latency").with("heartbeats_per_s", rate).with(latencies).print()
  }

  /// A birth with a timeout of a second, and the only heartbeat.
  private func lifeThatEnds(_ name: String) -> [UInt8] {
    var packets: [UInt8] = []
    RawPublisher.appendPublish(
      LoadNames.status(name).utf8, LoadNames.birth(room: name.inBench, timeout: 1), identifier: 1,
      retain: true, to: &packets)
    RawPublisher.appendPublish(LoadNames.heartbeat(name).utf8, [], to: &packets)
    return packets
  }

  /// A retained 0 of an earlier run does not count.
  private func goneAt(_ number: Int, after beat: Int64) -> Int64? {
    let topic = LoadNames.count(Self.silent(number).inBench)
    guard watcher.text(topic) == "0", let time = watcher.arrived[topic] else { return nil }
    return time > beat ? time : nil
  }

  private func steadyLoad() -> SteadyLoad {
    SteadyLoad(
      target, rate: plan.rate,
      topics: (0..<plan.clients).map { LoadNames.heartbeat(LoadNames.client($0)) })
  }
}

extension String {
  /// The room of a client that is alone in it.
  fileprivate var inBench: String { "bench/\(self)" }
}
