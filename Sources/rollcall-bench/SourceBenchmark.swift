import Dialects
import Presence

/// Heartbeats of one source among 1 and among 20 that are configured: topic and payload bytes in, engine stepped.
///
/// Both are measured in turn, so that what else the machine does meets both.
struct SourceBenchmark {
  private static let counts = [1, 20]
  private let clients: Int
  private let topics: TopicList
  private var hearings: [SourceHearing]

  init(clients: Int, order: [Int32]) {
    self.clients = clients
    topics = TopicList(order, root: "site/meters") { _ in "ping" }
    hearings = Self.counts.map { SourceHearing(sources: $0, clients: clients) }
  }

  func run() {
    for hearing in hearings { hearing.bear(clients) }
    let passes = max(9, 2_000_000 / clients)
    progress("source_heartbeat: \(passes) passes over \(clients) clients, with 1 and 20 sources")
    var times = hearings.map { _ in [Int64]() }
    for _ in 0..<passes {
      for (number, hearing) in hearings.enumerated() {
        let start = nanoseconds()
        hearing.beat(topics)
        times[number].append(nanoseconds() - start)
      }
    }
    for (number, sources) in Self.counts.enumerated() {
      Result("source_heartbeat", clients: clients).with("sources", sources)
        .with(operations: clients, nanoseconds: times[number].sorted()[passes / 2]).print()
    }
  }
}

/// An engine behind a reader of so many sources.
private final class SourceHearing: ReportTaker {
  func forEachPresent(
    with prefix: [UInt8], _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
  ) {}

  private let reader: SourceReader
  private var engine: Engine
  private var beats = HeartbeatBatch()
  private var time: Int64 = 1_000_000_000_000

  init(sources: Int, clients: Int) {
    reader = SourceReader(
      (0..<sources).map { number in
        // The one that is measured comes last.
        let name = number == sources - 1 ? "meters" : "other-\(number)"
        // Short: with the client's 20 bytes within what the engine takes in batches.
        var source = Source(name: name, namespace: "m\(number)")
        source.isCustom = true
        source.custom.status = "site/\(name)/clients/{client}/state"
        source.custom.heartbeat = "site/\(name)/clients/{client}/ping"
        return source
      })
    var rules = Rules()
    rules.maxClients = max(rules.maxClients, 2 * clients)
    engine = Engine(rules: rules)
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
  }

  private var now: Now {
    Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000 + time / 1_000_000)
  }

  func bear(_ clients: Int) {
    let topics = TopicList(Array(0..<Int32(clients)), root: "site/meters") { _ in "state" }
    let payload = Array("online".utf8)
    payload.withUnsafeBytes { payload in topics.forEach { read($0, payload, now) } }
    precondition(engine.presentClients == clients, "a birth was not understood")
  }

  func beat(_ topics: TopicList) {
    time += 1_000_000
    let now = now
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    topics.forEach { read($0, empty, now) }
    engine.take(&beats, at: now)
  }

  private func read(
    _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ now: Now
  ) {
    _ = reader.read(topic: topic, payload: payload, isReplay: false, now: now, taker: self)
  }

  func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? { engine.standing(of: who) }

  func remark(_ words: String, of source: Source) {}

  func ask(_ topic: [UInt8], _ payload: [UInt8]) {}

  func take(_ report: Report) {
    switch report.word {
    case .heartbeat(nil): engine.heartbeat(report.who, in: &beats, at: now)
    case .status(let status): engine.status(report.who, status, hash: report.hash, at: now)
    default: break
    }
  }
}
