import Presence

@testable import Bridge

/// All that the checks look at inside the loop.
extension BridgeLoop {
  /// The bridge has been accepted by a broker, and has not noticed an end.
  var isConnected: Bool { stage == .live || stage == .settling }

  /// It listens to its own events, as it does now and then with MQTT 3.1.1.
  var isListeningToEvents: Bool { session?.ownEvents.isListening ?? false }

  /// What it has published is on its way, or about to be.
  var isSaying: Bool {
    guard let session else { return false }
    return !session.inFlight.isEmpty || !session.clears.isEmpty
  }

  /// A commit goes on over several turns.
  var isCommitting: Bool { saving.isUnfinished }

  /// Times that the database keeps are of the clock that there is now.
  var hasRightTimes: Bool {
    clockWatch.walk == nil && isSaved && !isCommitting && !engine.hasUnsaved
      && saving.unsaved.isEmpty
  }

  /// How many commits were done.
  var commits: UInt64 { tally.commits }

  /// The database holds what was acknowledged.
  var isSaved: Bool { saving.isDurable }

  /// It goes on, and what hangs on it waits: acknowledgements and publishes.
  var isHoldingBack: Bool { saving.isHoldingBack }
}
