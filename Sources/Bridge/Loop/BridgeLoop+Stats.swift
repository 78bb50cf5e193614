import Presence
import Topics

/// `bridge/stats`: counters and gauges, retained, every interval.
extension BridgeLoop {
  func publishStatsIfDue() {
    guard let session, session.phase == .live, now.instant >= session.nextStats else { return }
    session.nextStats = now.instant + configuration.statsInterval
    publishStats()
  }

  func publishStats() {
    guard let session else { return }
    let payload = stats()
    let topic = Array(names.stats.utf8)
    tally.longestTurn = .zero
    let outcome = session.publish(topic, payload, atLeastOnce: false, retain: true, as: .status)
    tell(outcome, topic, payload.count)
  }

  func stats() -> [UInt8] {
    var json = JSONWriter(reserving: 1024)
    json.beginObject()
    json.key("at")
    json.time(millisecondsSince1970: now.wall)
    json.key("version")
    json.string(Rollcall.version)
    json.key("protocol")
    json.string((session?.version ?? reconnecting.version).name)
    json.key("run")
    json.integer(run)
    json.key("uptime_s")
    json.integer((now.instant - started.instant).components.seconds)
    json.key("stats_interval_s")
    json.raw(AnswerWriter.decimal(configuration.statsInterval / .seconds(1)))
    json.key("durable")
    json.bool(saving.isDurable)
    writeGauges(&json)
    writeCounters(&json)
    json.endObject()
    return json.bytes
  }

  private func writeGauges(_ json: inout JSONWriter) {
    json.key("clients")
    json.integer(engine.presentClients)
    json.key("clients_known")
    json.integer(engine.knownClients)
    json.key("rooms")
    json.integer(engine.occupiedRooms)
    json.key("presences")
    json.integer(engine.presences)
    json.key("in_flight")
    json.integer(session?.inFlight.count ?? 0)
    json.key("refused_waiting")
    json.integer(refusals.count)
    json.key("longest_turn_ms")
    json.raw(Self.milliseconds(tally.longestTurn))
    writeHistoryFigures(&json)
    writeStorage(&json)
  }

  /// With one decimal: what holds the loop is a matter of tenths or of hundreds.
  static func milliseconds(_ duration: Duration) -> [UInt8] {
    let (seconds, attoseconds) = duration.components
    let tenths = seconds * 10_000 + attoseconds / 100_000_000_000_000
    return Array("\(tenths / 10).\(tenths % 10)".utf8)
  }

  private func writeCounters(_ json: inout JSONWriter) {
    let counters = engine.counters
    let all: [(StaticString, UInt64)] = [
      ("received", tally.received), ("heartbeats", counters.heartbeats),
      ("heartbeats_unknown", counters.heartbeatsUnknown), ("invalid", tally.invalid),
      ("stale", counters.stale + tally.stale),
      ("limited", counters.limited + tally.limited + sources.limited),
      ("replays_ignored", tally.replaysIgnored), ("joined", counters.joined),
      ("revived", counters.revived), ("left", counters.left), ("offline", counters.offline),
      ("expired", counters.expired), ("forgotten", counters.forgotten),
      ("evicted", counters.evicted), ("moved", counters.moved),
      ("gateway", counters.gateway), ("published", tally.published), ("refused", tally.refused),
      ("oversize", tally.oversize), ("unsendable", tally.unsendable),
      ("subscriptions_refused", tally.subscriptionsRefused),
      ("fences_missing", tally.fencesMissing), ("rights_missing", tally.rightsMissing),
      ("takeovers", tally.takeovers), ("busy_turns", watchdog.busyTurns),
      ("commits", tally.commits),
      ("commits_failed", tally.commitsFailed), ("connections", tally.connections),
      ("fences", tally.fences), ("repaired", tally.repaired), ("cleared", tally.cleared),
      ("rereads", tally.rereads), ("queries", tally.queries),
      ("queries_limited", tally.queriesLimited), ("log_lines_lost", log.linesLost),
    ]
    for (key, value) in all {
      json.key(key)
      json.integer(value)
    }
    writeLimits(&json)
    writeSources(&json)
  }

  /// A source that hears nothing may have no right to.
  private func writeSources(_ json: inout JSONWriter) {
    guard !sources.isEmpty else { return }
    json.key("sources")
    json.beginObject()
    for (namespace, messages) in sources.received {
      json.key(namespace)
      json.integer(messages)
    }
    json.endObject()
  }
}

/// What is read of stats, ours or another bridge's.
struct StatsPayload {
  private static let maxBytes = 64 << 10

  /// Of the bridge that wrote them; `nil`: no bridge did.
  var run: Int64?
  /// When it wrote them, in milliseconds since 1970.
  var at: Int64?
  /// Whether all that it had acknowledged was in its database.
  var isDurable: Bool

  /// - Returns: `nil`: these are no stats.
  init?(_ payload: UnsafeRawBufferPointer) {
    guard payload.count <= Self.maxBytes, let json = JSONMembers(payload) else { return nil }
    run = json.integer("run").flatMap { Revision.believed.contains($0) ? $0 : nil }
    at = json.string("at").flatMap { Timestamp.read($0) }
    isDurable = json.bool("durable") ?? false
  }
}

public enum Rollcall {
  public static let version = "0.1.0"
}
