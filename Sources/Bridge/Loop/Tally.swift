/// What the loop has done, counted since the start; with the engine's own counters it makes the stats.
struct Tally: Equatable {
  /// Messages of clients, good and bad.
  var received: UInt64 = 0
  var invalid: UInt64 = 0
  /// Beyond a limit that is not the engine's: payloads.
  var limited: UInt64 = 0
  /// Those of them that were too long.
  var payloadsTooLong: UInt64 = 0
  /// Words of sources that are older than others of theirs.
  var stale: UInt64 = 0
  /// Replays on topics where they mean nothing.
  var replaysIgnored: UInt64 = 0
  var published: UInt64 = 0
  /// Own publishes that the broker refused, those that were too large for it, and those that no broker could take.
  var refused: UInt64 = 0
  var oversize: UInt64 = 0
  var unsendable: UInt64 = 0
  /// Filters that the broker refused, fences and rights that were found missing.
  var subscriptionsRefused: UInt64 = 0
  var fencesMissing: UInt64 = 0
  var rightsMissing: UInt64 = 0
  /// Sessions that another client took over.
  var takeovers: UInt64 = 0
  var commits: UInt64 = 0
  var commitsFailed: UInt64 = 0
  var connections: UInt64 = 0
  var fences: UInt64 = 0
  var repaired: UInt64 = 0
  var cleared: UInt64 = 0
  var rereads: UInt64 = 0
  /// Questions that were asked, and those of them that were dropped for being too many.
  var queries: UInt64 = 0
  var queriesLimited: UInt64 = 0
  /// The longest that one turn took, from waking to waiting, since the last stats.
  var longestTurn = Duration.zero
}
