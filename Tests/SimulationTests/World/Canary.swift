/// A lie of the ports that one check has to see: each proves that its check can fail.
enum Canary: CaseIterable {
  /// The database takes a commit and writes nothing.
  case forgetsCommits
  /// Acknowledgements leave before the commit.
  case acknowledgesEarly
  /// Fences do not go through the broker.
  case forgesFences
  /// Fences do not come back.
  case swallowsFences
  /// An event now and then is not sent.
  case skipsEvents
  /// A snapshot now and then is not sent.
  case skipsSnapshots
  /// An event is sent twice.
  case repeatsEvents
  /// A client is said to be forgotten that is not.
  case forgetsClient
  /// The loop is told to go on at once.
  case neverWaits
  /// The broker holds a filter that nobody asked for.
  case keepsFilter
  /// A message goes to another topic.
  case writesElsewhere
  /// `online` is said as soon as the broker answers.
  case saysOnlineEarly
  /// The engine's numbers are not what they were.
  case miscounts
  /// Messages of other systems do not arrive.
  case mutesNeighbours
  /// A failure of one call is said to be the connection's.
  case overstatesFailures
  /// Where the database's files are gone, commits seem to succeed.
  case hidesLoss
  /// A loss of power takes along what was synced.
  case dropsSynced
  /// Time passes as the wall clock shows it.
  case trustsWallClock
  /// The bridge's connection is never let through.
  case barsBridge
  /// The history is not told of a count now and then.
  case omitsCounts
  /// The history is not told of what the bridge did not see.
  case hidesGaps

  /// What makes it show.
  var adversity: Adversity {
    switch self {
    case .mutesNeighbours: Adversity(hasNeighbours: true)
    case .hidesLoss: Adversity(storageTroubles: [.lost])
    case .dropsSynced: Adversity(storageTroubles: [.powerCut])
    case .trustsWallClock: Adversity(storageTroubles: [.clockLeaps])
    default: .honest
    }
  }

  /// What has to see it.
  var check: Check {
    switch self {
    case .forgetsCommits, .acknowledgesEarly, .hidesLoss, .dropsSynced: .durability
    case .forgesFences, .swallowsFences, .trustsWallClock: .silence
    case .skipsEvents: .chain
    case .skipsSnapshots: .topics
    case .repeatsEvents: .revisions
    case .forgetsClient: .honest
    case .neverWaits: .pace
    case .keepsFilter: .subscriptions
    case .writesElsewhere: .writing
    case .saysOnlineEarly: .online
    case .miscounts: .invariants
    case .mutesNeighbours: .sources
    case .overstatesFailures: .calls
    case .barsBridge: .life
    case .omitsCounts, .hidesGaps: .history
    }
  }

  /// It is a lie to the real database.
  var needsDatabase: Bool { check == .history }
}
