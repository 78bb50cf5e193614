/// How the bridge itself fares, from two of its stats in a row.
struct BridgeFigures: Equatable {
  private struct Stats: Equatable {
    var received: Double
    var clients: Int
    var longestTurn: Double?
    var uptime: Double
    var durable: Bool
  }

  /// Beyond these it is no bridge that speaks.
  private static let mostMessages = 1e15
  private static let longest = 1e9
  private static let fastest = 1e9

  private var newest: Stats
  /// Messages a second, once two stats of one run are known.
  private(set) var rate: Double?

  /// Takes in the next stats; `nil`: the payload is none.
  init?(_ payload: [UInt8], after last: BridgeFigures?) {
    let stats: Stats? = ForeignFigures.read(payload) { members in
      guard let received = members.measure("received", most: Self.mostMessages),
        let clients = members.count("clients"),
        let uptime = members.measure("uptime_s", most: Self.longest),
        let durable = members.bool("durable")
      else { return nil }
      return Stats(
        received: received, clients: clients,
        longestTurn: members.measure("longest_turn_ms", most: Self.longest), uptime: uptime,
        durable: durable)
    }
    guard let stats else { return nil }
    newest = stats
    rate = last?.rate
    guard let before = last?.newest, stats.uptime > before.uptime else { return }
    let messages = max(0, stats.received - before.received)
    rate = min(messages / (stats.uptime - before.uptime), Self.fastest)
  }

  /// `24 clients · 9 messages/s · longest turn 0.4 ms · up 3m`.
  var words: String {
    var parts = [counted(newest.clients, "client")]
    if let rate { parts.append("\(Int(rate.rounded())) messages/s") }
    if let turn = newest.longestTurn { parts.append("longest turn \(turn) ms") }
    parts.append("up \(Duration.seconds(newest.uptime).brief)")
    if !newest.durable { parts.append("NOT DURABLE: the database cannot be written") }
    return parts.joined(separator: " · ")
  }
}
