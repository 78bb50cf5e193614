import Foundation

/// How the bridge itself fares, from two of its stats in a row.
struct BridgeFigures: Equatable {
  private struct Stats: Decodable, Equatable {
    var received: Double
    var clients: Int
    var presences: Int
    var longest_turn_ms: Double?
    var uptime_s: Double
    var durable: Bool
  }

  private var newest: Stats
  /// Messages a second, once two stats of one run are known.
  private(set) var rate: Double?

  /// Takes in the next stats; `nil`: the payload is none.
  init?(_ payload: [UInt8], after last: BridgeFigures?) {
    guard let stats = try? JSONDecoder().decode(Stats.self, from: Data(payload)) else { return nil }
    newest = stats
    rate = last?.rate
    guard let before = last?.newest, stats.uptime_s > before.uptime_s else { return }
    rate = max(0, stats.received - before.received) / (stats.uptime_s - before.uptime_s)
  }

  /// `24 clients · 9 messages/s · longest turn 0.4 ms · up 3m`.
  var words: String {
    var parts = [counted(newest.clients, "client")]
    if let rate { parts.append("\(Int(rate.rounded())) messages/s") }
    if let turn = newest.longest_turn_ms { parts.append("longest turn \(turn) ms") }
    parts.append("up \(Duration.seconds(newest.uptime_s).brief)")
    if !newest.durable { parts.append("NOT DURABLE: the database cannot be written") }
    return parts.joined(separator: " · ")
  }
}
