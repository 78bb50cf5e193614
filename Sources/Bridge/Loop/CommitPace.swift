import Presence

/// How commits follow each other, by how long the disk takes.
struct CommitPace {
  /// A disk that takes longer than this is given more at a time: what comes within a moment goes with it.
  private static let slow = Duration.milliseconds(5)
  private static let longestGathering = Duration.milliseconds(5)
  /// The loop looks more often than this, while it runs.
  private static let longestPause = Duration.seconds(1)
  /// How long everything may take, which holds nothing back.
  private static let rewritePatience = Duration.seconds(120)

  /// How long a commit may take, before it counts as failed: while acknowledgements are held back nothing is sent to
  /// the broker, a PINGREQ neither, and one and a half keep-alives after the last packet it would take us for dead.
  private let patience: Duration
  /// When acknowledgements began to be held back.
  private(set) var heldSince: Instant?
  /// When it was last looked whether they still have to be.
  private var lookedAt: Instant?
  /// When the disk began to be awaited; `nil`: it is not.
  private var syncingSince: Instant?
  private var lastSync = Duration.zero
  /// How many commits have followed each other while acknowledgements were held back.
  private var followers = 0
  /// Until then what is to be committed gathers.
  private(set) var gathersUntil: Instant?

  init(keepalive: Duration) { patience = keepalive / 2 }

  /// Something is to be committed. Returns whether to wait a moment for more.
  mutating func gathers(at now: Instant) -> Bool {
    heldSince = heldSince ?? now
    guard followers == 0, lastSync >= Self.slow else { return false }
    let end = gathersUntil ?? now + min(lastSync / 8, Self.longestGathering)
    gathersUntil = end
    return now < end
  }

  mutating func began(at now: Instant) {
    heldSince = heldSince ?? now
    gathersUntil = nil
  }

  /// The rows are written, and the disk is awaited.
  mutating func awaitsDisk(at now: Instant) { syncingSince = syncingSince ?? now }

  /// - Parameter isFollowed: another commit has to follow before anything is let go.
  mutating func ended(at now: Instant, isFollowed: Bool) {
    lastSync = syncingSince.map { now - $0 } ?? .zero
    (syncingSince, gathersUntil, lookedAt) = (nil, nil, nil)
    followers = isFollowed ? followers + 1 : 0
    if !isFollowed { heldSince = nil }
  }

  mutating func failed() {
    (syncingSince, heldSince, gathersUntil, lookedAt) = (nil, nil, nil, nil)
    followers = 0
  }

  /// How long until it is worth a look whether the disk has answered: the longer it takes, the less a look is worth.
  func pause(at now: Instant) -> Duration {
    let waited = syncingSince.map { now - $0 } ?? .zero
    return min(max(.milliseconds(1), waited / 8), .milliseconds(10))
  }

  /// Whether the bridge may read on, and let time pass, while the disk is awaited: not where another such wait
  /// would be too long for the broker.
  func mayGoOn(at now: Instant) -> Bool {
    guard let syncingSince, followers == 0 else { return false }
    return max(lastSync, now - syncingSince) < patience / 3
  }

  /// Whether a commit takes too long. Time in which the bridge was suspended is not the disk's.
  mutating func isStuck(at now: Instant, isHoldingBack: Bool) -> Bool {
    let pause = lookedAt.map { now - $0 } ?? .zero
    lookedAt = now
    if pause > Self.longestPause { heldSince = heldSince.map { $0 + pause } }
    guard let heldSince else { return false }
    return now - heldSince >= (isHoldingBack ? patience : Self.rewritePatience)
  }
}
