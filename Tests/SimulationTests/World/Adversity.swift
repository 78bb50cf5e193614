import Bridge
import Dialects
import Presence

/// What a history has beside honest devices and the faults of its ``Plan``: dishonest clients, other systems with
/// topics of their own, and calls of the link that fail. Drawn by a generator of its own, so that the honest part
/// of a seed stays what it was.
struct Adversity {
  /// Clients whose words mean no good, or nothing.
  enum Stranger: CaseIterable {
    case malformed, extreme, intruder, forger, usurper, flooder, flapper, wanderer, asker
    case homeAssistant, thief
  }

  var strangers: [Stranger] = []
  var troubles: [Trouble.Kind] = []
  var hasNeighbours = false
  var storageTroubles: [StorageTrouble.Kind] = []
  /// What is committed stays in the system's memory for a while; a loss of power takes it along.
  var syncsLate = false
  /// How long the disk takes to sync, in milliseconds; `nil`: it is not waited for.
  var syncDelay: ClosedRange<Int>?
  /// Devices retain their births and wills, or do not, and say them at QoS 1 or 0, as firmware does.
  var retainsOddly = false
  /// The longest packet that the broker takes, where the version can say it.
  var packetLimit: Int?

  static let honest = Adversity()

  private init() {}

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0xD15E_A5ED_C0DE)
    guard random.chance(0.85) else { return }
    strangers = Stranger.allCases.filter { _ in random.chance(0.25) }
    troubles = Trouble.Kind.allCases.filter { _ in random.chance(0.2) }
    hasNeighbours = random.chance(0.25)
    if random.chance(0.12) { packetLimit = random.pick([300, 400, 700, 2_000]) }
    if random.chance(0.3) { syncDelay = random.pick([1...4, 5...40, 50...500]) }
    retainsOddly = random.chance(0.5)
    // Rooms make place once they are announced, and its limit is less than what comes while the disk is awaited.
    if strangers.contains(.wanderer) { syncDelay = nil }
    storageTroubles = StorageTrouble.Kind.allCases.filter { _ in random.chance(0.12) }
    syncsLate = syncDelay == nil && random.chance(0.4)
  }

  init(
    strangers: [Stranger] = [], troubles: [Trouble.Kind] = [], hasNeighbours: Bool = false,
    storageTroubles: [StorageTrouble.Kind] = []
  ) {
    self.storageTroubles = storageTroubles
    self.strangers = strangers
    self.troubles = troubles
    self.hasNeighbours = hasNeighbours
  }

  /// Fences may be lost, more often than the plan says.
  var mayLoseFences: Bool {
    troubles.contains { [.callsFail, .fencesLost, .publishesRefused].contains($0) }
  }

  func configure(_ configuration: inout Configuration) {
    if strangers.contains(.wanderer) {
      configuration.maxRooms = 70
      configuration.maxRoomsPerClient = 8
    }
    if hasNeighbours { Neighbours.configure(&configuration) }
  }
}
