/// How long the bridge's loop is held by the largest things that can happen to it. The bridge measures that
/// itself: `longest_turn_ms` in its stats, of which the longest is reported for each case.
///
/// Every client is alone in its room, so that there are as many rooms as clients to publish and to compare.
final class HoldBenchmark {
  let clients: Int
  /// Of the clients that are to expire, in seconds: longer than it takes to get them there.
  let timeout: Int
  private let site: OwnSite
  private var watcher: Watcher
  private var longest = 0.0
  private var began: Int64 = 0
  /// Those of the bridge that are counted: stats of earlier connections may be retained.
  private var connections = 1
  private var published: (before: Int, now: Int) = (-1, 0)
  private var expired = 0

  init(clients: Int, timeout: Int) throws(BenchError) {
    self.clients = clients
    self.timeout = timeout
    site = try OwnSite(["heartbeat_timeout 1d", "stats_interval 200ms"], isPersistent: true)
    watcher = try Self.watcher(site)
  }

  private static func watcher(_ site: OwnSite) throws(BenchError) -> Watcher {
    try Watcher(site.target, ["presence/bridge/stats"])
  }

  func run() throws(BenchError) {
    try commits()
    try reconnect(forgets: false, "hold_reconnect_kept")
    try expire()
    try births(timeout: 86_400)
    try waitUntilQuiet("the births", presences: clients)
    try reconnect(forgets: true, "hold_reconnect_lost")
    try restart()
  }

  private func commits() throws(BenchError) {
    begin("commits: \(clients) births, checkpoints among them")
    try births(timeout: timeout)
    try waitUntilQuiet("the births", presences: clients)
    report("hold_commits") { $0.with("database_bytes", site.databaseBytes) }
  }

  private func reconnect(forgets: Bool, _ name: String) throws(BenchError) {
    begin("reconnect: the broker has \(forgets ? "lost" : "kept") \(clients) rooms")
    try site.restartBroker(forgets: forgets)
    connections += 1
    watcher = try Self.watcher(site)
    follow()
    try waitUntilQuiet("the bridge after the broker's restart", presences: clients)
    report(name)
  }

  private func expire() throws(BenchError) {
    begin("expire: \(clients) clients at once")
    try waitUntilQuiet("the expiry", presences: 0)
    report("hold_expire")
  }

  private func restart() throws(BenchError) {
    begin("restart: \(clients) clients")
    try site.restartBridge()
    connections = 1
    watcher = try Self.watcher(site)
    follow()
    try waitUntilQuiet("the bridge after its restart", presences: clients)
    report("hold_restart")
  }

  private func begin(_ what: String) {
    progress(what)
    longest = 0
    began = nanoseconds()
    follow()
  }

  private func follow() {
    published = (-1, 0)
    watcher.onMessage = { [unowned self] _, payload in
      let stats = String(decoding: payload, as: UTF8.self)
      guard number("connections", in: stats) == Double(connections) else { return }
      longest = max(longest, number("longest_turn_ms", in: stats) ?? 0)
      published = (published.now, Int(number("published", in: stats) ?? 0))
      expired = Int(number("expired", in: stats) ?? 0)
    }
  }

  /// Everything is as it will be: so many are present, and only stats are published any more.
  private func waitUntilQuiet(_ what: String, presences: Int) throws(BenchError) {
    published = (-1, 0)
    let expired = expired
    try watcher.wait(for: .seconds(600), what) {
      let stats = watcher.text("presence/bridge/stats") ?? ""
      if presences > 0, self.expired > expired { return true }
      return number("presences", in: stats) == Double(presences)
        && number("in_flight", in: stats) == 0 && published.before >= 0
        && published.now - published.before <= 2
    }
    guard presences == 0 || self.expired <= expired else {
      throw BenchError("\(what) took longer than --timeout \(timeout): say more")
    }
  }

  private func report(_ name: String, _ extra: (Result) -> Result = { $0 }) {
    let result = Result(name, clients: clients).with("rooms", clients)
      .with("longest_turn_ms", longest)
      .with("seconds", Double(nanoseconds() - began) / 1e9)
    extra(result).print()
  }

  private func births(timeout: Int) throws(BenchError) {
    let publisher = try RawPublisher(site.target, id: "bench-births")
    var packets: [UInt8] = []
    for number in 0..<clients {
      let name = LoadNames.client(number)
      RawPublisher.appendPublish(
        LoadNames.status(name).utf8, LoadNames.birth(room: "bench/\(name)", timeout: timeout),
        identifier: UInt16(number % 60_000 + 1), retain: true, to: &packets)
      guard packets.count > 1 << 16 || number == clients - 1 else { continue }
      try publisher.send(packets)
      packets.removeAll(keepingCapacity: true)
      publisher.drain()
    }
    publisher.finish()
  }
}
