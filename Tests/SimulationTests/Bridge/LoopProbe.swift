import Presence

@testable import Bridge

/// All that the checks look at inside the loop.
extension BridgeLoop {
  /// The bridge has been accepted by a broker, and has not noticed an end.
  var isConnected: Bool { stage == .live || stage == .settling }

  /// A commit goes on over several turns.
  var isCommitting: Bool { saving.isUnfinished }

  /// The database holds what was acknowledged.
  var isSaved: Bool { saving.isDurable }

  /// It goes on, and what hangs on it waits: acknowledgements and publishes.
  var isHoldingBack: Bool { saving.isHoldingBack }
}
