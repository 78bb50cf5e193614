import Bridge
import Presence
import Store

/// What one history is made of, drawn at its start: the configuration, the fleet's size and the faults, each of
/// which takes part with a probability of its own, so that most histories have a few and none has all.
struct Plan {
  var configuration = Configuration()
  var devices: Int
  var rooms: [String]
  /// For how long things happen; a quiet time follows.
  var length: Duration
  var delay: ClosedRange<Int>
  var queueLimit: Int
  /// What Mosquitto sends unacknowledged.
  var window: Int
  /// A message that matches two subscriptions comes twice.
  var repeatsOverlaps: Bool
  var losesPlain: Double
  var losesFences: Bool
  var usesDatabase: Bool
  /// In every seventh history commits take several turns.
  var commitLimits = CommitLimits()
  /// Every fourth history keeps to whole milliseconds: there the loop wakes at the very instant of a deadline,
  /// which the timetable knows to the millisecond.
  var grain: Duration
  var faults: [Fault]

  enum Fault: CaseIterable {
    case cut, crash, stop, suspend, slow, hang
    case brokerKilled, brokerTerminated, brokerForgets, brokerReverts
    case diskFull, wallJump, databaseLost

    var probability: Double {
      switch self {
      case .cut, .crash: 0.5
      case .stop, .suspend, .slow, .hang, .brokerKilled, .brokerTerminated: 0.25
      case .brokerForgets, .brokerReverts, .diskFull, .wallJump: 0.2
      case .databaseLost: 0.08
      }
    }
  }

  init(_ random: inout SplitMix64, seed: UInt64) {
    grain = seed % 4 == 0 ? .milliseconds(1) : .nanoseconds(1)
    devices = 3 + random.below(10)
    rooms = Array(["lab", "hall", "a/b", "a/b/c", "é"].prefix(2 + random.below(4)))
    length = random.duration(20_000...70_000)
    delay = random.pick([1...2, 1...20, 5...60])
    queueLimit = random.chance(0.2) ? 8 + random.below(30) : 1000
    repeatsOverlaps = random.chance(0.3)
    losesPlain = random.pick([0, 0, 0.02, 0.2])
    losesFences = random.chance(0.1)
    usesDatabase = random.chance(0.1)
    faults = []
    window = 65_535
    configure(&random)
    configuration.homeAssistant = seed % 3 == 1
    if seed % 7 == 1 { commitLimits.rows = 1 + Int(seed / 7 % 6) }
    for fault in Fault.allCases where random.chance(fault.probability) { faults.append(fault) }
    // Every clock wrong and the database gone at once: nothing is left to begin the revisions above.
    if faults.contains(.databaseLost) { faults.removeAll { $0 == .wallJump } }
  }

  private mutating func configure(_ random: inout SplitMix64) {
    let isOld = random.chance(0.3)
    if isOld { window = 20 }
    configuration.protocolVersion = isOld ? .v311 : .v5
    configuration.keepalive = .seconds(5)
    configuration.heartbeatTimeout = rounded(random.duration(3_000...10_000))
    configuration.offlineGrace = random.pick([.zero, .milliseconds(200), .seconds(1), .seconds(2)])
    configuration.restartGrace = rounded(random.duration(2_000...8_000))
    configuration.publishInterval = random.pick([.zero, .milliseconds(100), .milliseconds(700)])
    configuration.emptyRoomTTL = rounded(random.duration(2_000...30_000))
    configuration.reconnectMax = random.duration(500...4_000)
    configuration.statsInterval = .seconds(7)
    configuration.logLevel = .error
  }

  private func rounded(_ duration: Duration) -> Duration {
    .nanoseconds(duration.nanoseconds / grain.nanoseconds * grain.nanoseconds)
  }
}
