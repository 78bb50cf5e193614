import Presence

/// Finds out with MQTT 3.1.1 whether the bridge's events are let through: its publishes are acknowledged, whatever an
/// ACL makes of them, and nothing of an event is retained. So the bridge now and then listens to its events until one
/// was said and a fence behind it has come back.
struct OwnEvents {
  private static let again = Duration.seconds(600)
  private static let sooner = Duration.seconds(10)

  private(set) var nextTime = Instant.never
  private(set) var isListening = false
  /// The fence that was sent last when the first event had been said.
  private var earlierFence: UInt64?
  private var isHeard = false
  private var misses = 0
  private(set) var isTold = false

  /// The session is live.
  mutating func begin(at now: Instant) { nextTime = now }

  mutating func listen() { (isListening, nextTime) = (true, .never) }

  /// It cannot be listened now.
  mutating func putOff(at now: Instant) {
    (isListening, earlierFence) = (false, nil)
    nextTime = now + Self.sooner
  }

  /// An event is on its way: a fence is to follow.
  mutating func said(behind fence: UInt64) {
    guard isListening, earlierFence == nil else { return }
    (earlierFence, isHeard) = (fence, false)
  }

  var wantsFence: Bool { earlierFence != nil }

  mutating func heard() { isHeard = true }

  /// A fence came back.
  ///
  /// - Returns: `nil`: nothing is known yet; else the events have to be listened to no longer.
  mutating func fenceReturned(_ number: UInt64, at now: Instant) -> Outcome? {
    guard let earlierFence, number > earlierFence else { return nil }
    (isListening, self.earlierFence) = (false, nil)
    misses = isHeard ? 0 : misses + 1
    nextTime = now + (misses == 1 ? Self.sooner : Self.again)
    defer { isTold = misses >= 2 }
    if misses >= 2 { return .missing }
    return isTold && isHeard ? .mended : .quiet
  }
}

extension OwnEvents {
  /// What was found out.
  enum Outcome: Equatable {
    case quiet
    case missing
    case mended
  }
}
