import Presence
import Topics

/// Tells the log which limits are reached, by the keys of the configuration: at once, and then at most once a minute a
/// key as long as it goes on. The next line then has what was counted meanwhile.
struct LimitReports {
  /// How often a limit was reached since the start.
  struct Reading {
    var key: StaticString
    var value: String
    var count: UInt64
    /// What became of what was over the limit; the count follows.
    var consequence: StaticString
  }

  private static let pause = Duration.seconds(60)

  /// By the place among the readings, which is always the same.
  private var told: [(count: UInt64, at: Instant)] = []
  /// What was counted in all when it was last looked at, and when to look though nothing was counted since.
  private var total: UInt64 = 0
  private var nextLook = Instant.never

  /// Whether there may be something to tell: so little is all that a turn pays.
  func isDue(total: UInt64, at now: Instant) -> Bool { total != self.total || now >= nextLook }

  /// The lines to log now.
  mutating func lines(_ readings: [Reading], total: UInt64, at now: Instant) -> [String] {
    while told.count < readings.count { told.append((0, Instant(nanoseconds: .min))) }
    self.total = total
    nextLook = .never
    var lines: [String] = []
    for (place, reading) in readings.enumerated() where reading.count > told[place].count {
      let due = told[place].count == 0 ? now : told[place].at + Self.pause
      guard due <= now else {
        nextLook = min(nextLook, due)
        continue
      }
      let count = reading.count - told[place].count
      lines.append("\(reading.key) \(reading.value) is reached; \(reading.consequence): \(count)")
      told[place] = (reading.count, now)
    }
    return lines
  }
}

extension BridgeLoop {
  /// Logs the limits that have been reached.
  func reportLimits() {
    let total = limitsReached
    guard limitReports.isDue(total: total, at: now.instant) else { return }
    for line in limitReports.lines(limitReadings, total: total, at: now.instant) {
      log.log(.warning, at: now, line)
    }
  }

  private var limitsReached: UInt64 {
    engine.counters.limited + engine.counters.roomsMadeWay + tally.limited
  }

  private var limitReadings: [LimitReports.Reading] {
    let limits = Limit.allCases.map { limit in
      LimitReports.Reading(
        key: limit.key, value: configured(limit), count: count(of: limit),
        consequence: limit.consequence)
    }
    return limits + [
      LimitReports.Reading(
        key: Limit.rooms.key, value: configured(.rooms), count: engine.counters.roomsMadeWay,
        consequence: "empty rooms cleared before their time"),
      LimitReports.Reading(
        key: "max_payload", value: ByteCount.text(configuration.maxPayload),
        count: tally.payloadsTooLong, consequence: "payloads not read"),
    ]
  }

  /// The limit on the rooms of a client is also that of the rooms in a payload.
  private func count(of limit: Limit) -> UInt64 {
    let inPayloads = limit == .roomsPerClient ? tally.limited - tally.payloadsTooLong : 0
    return engine.counters.limits[limit] + inPayloads
  }

  private func configured(_ limit: Limit) -> String {
    switch limit {
    case .clients: String(configuration.maxClients)
    case .rooms: String(configuration.maxRooms)
    case .roomsPerClient: String(configuration.maxRoomsPerClient)
    case .presences: String(configuration.maxPresences)
    case .newRooms: String(configuration.maxNewRooms)
    case .data: ByteCount.text(configuration.maxData)
    }
  }

  /// What is counted of limits in the stats.
  func writeLimits(_ json: inout JSONWriter) {
    json.key("rooms_made_way")
    json.integer(engine.counters.roomsMadeWay)
    json.key("data_bytes")
    json.integer(engine.dataBytes)
    json.key("limits")
    json.beginObject()
    for limit in Limit.allCases {
      json.key(limit.key)
      json.integer(count(of: limit))
    }
    json.key("max_payload")
    json.integer(tally.payloadsTooLong)
    json.endObject()
  }
}

extension Limit {
  fileprivate var consequence: StaticString {
    switch self {
    case .clients: "messages of new clients refused"
    case .rooms: "messages that needed a new room refused"
    case .roomsPerClient: "messages that named more rooms refused"
    case .presences: "messages that needed a new presence refused"
    case .newRooms: "messages of clients that made more new rooms in a minute refused"
    case .data: "data left out"
    }
  }
}
