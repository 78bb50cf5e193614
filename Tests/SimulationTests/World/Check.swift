/// What a bridge is held to. Each check counts how often it really had something to compare: a check that never has
/// proves nothing.
enum Check: Int, CaseIterable {
  case life, durability, silence, chain, topics, revisions, honest
  case calls, pace, subscriptions, writing, online, invariants, sources, history

  /// What holds where the check finds nothing wrong.
  var promise: String {
    switch self {
    case .life: "the bridge starts, goes on and becomes live"
    case .durability: "what was acknowledged is durable"
    case .silence: "whoever expires was silent, and that is proved in time"
    case .chain: "events chain, and a gap has a reason"
    case .topics: "retained topics are true"
    case .revisions: "revisions and fences are unique and grow"
    case .honest: "an honest client is where it says"
    case .calls: "a call that fails ends no connection"
    case .pace: "a loop with nothing to do waits"
    case .subscriptions: "the session has a fresh bridge's subscriptions"
    case .writing: "the bridge writes on its own topics, and answers where it may"
    case .online: "the bridge says online once it is live"
    case .invariants: "the engine's invariants hold"
    case .sources: "clients of sources are where they say"
    case .history: "history holds what happened, and gaps where it was not seen"
    }
  }
}

/// How often each check was reached.
struct Reached: Equatable {
  private(set) var counts = [Int](repeating: 0, count: Check.allCases.count)

  subscript(_ check: Check) -> Int {
    get { counts[check.rawValue] }
    set { counts[check.rawValue] = newValue }
  }

  static func += (left: inout Reached, right: Reached) {
    for check in Check.allCases { left[check] += right[check] }
  }
}
