import Bridge
import Presence
import Store

/// One history: a seed makes it, down to the last byte.
final class World {
  let seed: UInt64
  let adversity: Adversity
  let plan: Plan
  let agenda: Agenda
  var random: SplitMix64
  /// Of commits alone, so that they leave the other draws as they are.
  private var commitRandom: SplitMix64
  /// The wall clock, in milliseconds ahead of the monotonic one.
  var wallOffset = World.usualOffset
  static let usualOffset: Int64 = 1_700_000_000_000
  /// Added to every way of the bridge's packets.
  var slowness: ClosedRange<Int> = 0...0
  /// How many of the messages of QoS 0 are lost.
  lazy var losesPlain = plan.losesPlain
  private(set) var failure: String?
  /// What the failure is of.
  private(set) var failed: Check?
  var reached = Reached()
  private(set) var trace: [String] = []
  private let isTraced: Bool
  let canary: Canary?

  lazy var broker = SimulatedBroker(self)
  lazy var disk = SimulatedDisk(self)
  lazy var host = BridgeHost(self)
  lazy var fleet = Fleet(self)
  lazy var judge = Judge(self)
  lazy var trouble = Trouble(self)
  lazy var storageTrouble = StorageTrouble(self)
  lazy var strangers = Strangers(self)
  lazy var neighbours = Neighbours(self)

  /// - Parameters:
  ///   - adversity: `nil`: what the seed draws.
  ///   - configuration: `nil`: what the seed draws.
  ///   - usesDatabase: the real one, whatever the seed draws.
  init(
    seed: UInt64, adversity: Adversity? = nil, configuration: Configuration? = nil,
    usesDatabase: Bool = false,
    canary: Canary? = nil, isTraced: Bool = false
  ) {
    self.seed = seed
    self.isTraced = isTraced
    self.canary = canary
    self.adversity = adversity ?? Adversity(seed: seed)
    random = SplitMix64(seed: seed)
    commitRandom = SplitMix64(seed: ~seed)
    var plan = Plan(&random, seed: seed)
    self.adversity.configure(&plan.configuration)
    if let configuration { plan.configuration = configuration }
    if usesDatabase || canary?.needsDatabase ?? false { plan.usesDatabase = true }
    self.plan = plan
    agenda = Agenda(grain: plan.grain)
  }

  /// What the history is made of, for the head of its trace.
  func describe() {
    let it = plan.configuration
    note("faults \(plan.faults), delays \(plan.delay) ms, queue \(plan.queueLimit)")
    note("strangers \(adversity.strangers), troubles \(adversity.troubles)")
    note("storage \(adversity.storageTroubles), syncs late \(adversity.syncsLate)")
    note("neighbours \(adversity.hasNeighbours), packets \(adversity.packetLimit ?? 0)")
    note("heartbeat_timeout \(it.heartbeatTimeout), offline_grace \(it.offlineGrace)")
    note("restart_grace \(it.restartGrace), publish_interval \(it.publishInterval)")
    note("empty_room_ttl \(it.emptyRoomTTL), protocol \(it.protocolVersion)")
    for device in fleet.devices { note("\(device.name): \(device.habits)") }
  }

  var now: Instant { agenda.now }
  var wall: Int64 { now.nanoseconds / 1_000_000 + wallOffset }

  var mayLoseFences: Bool { plan.losesFences || adversity.mayLoseFences }

  func delay() -> Duration {
    let own = random.duration(plan.delay)
    return slowness.upperBound == 0 ? own : own + random.duration(slowness)
  }

  /// Whether a commit that could begin has to wait.
  var isCommitHeldUp: Bool {
    plan.commitLimits.rows < CommitLimits().rows && commitRandom.chance(0.2)
  }

  /// How long the disk takes with this commit; `nil`: no time.
  func syncDelay() -> Duration? {
    adversity.syncDelay.map { commitRandom.duration($0) }
  }

  /// Whether a commit that the process did not live to see the end of has come to it.
  var keepsUnseenCommit: Bool { commitRandom.chance(0.5) }

  func note(_ text: @autoclosure () -> String) {
    if isTraced { trace.append("\(time) \(text())") }
  }

  /// The first thing that is wrong ends the history.
  func fail(_ check: Check, _ text: String) {
    note("WRONG: \(check): \(text)")
    if failure != nil { return }
    failure = "\(time) \(check): \(text)"
    failed = check
  }

  private var time: String {
    let microseconds = (now.nanoseconds - 1_000_000_000_000) / 1000
    let digits = String(microseconds % 1_000_000)
    let padding = String(repeating: "0", count: 6 - digits.count)
    return "\(microseconds / 1_000_000).\(padding)\(digits)"
  }
}
