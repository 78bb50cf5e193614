/// When the replay of retained messages after subscribing is over.
///
/// MQTT does not say. What is wanted is subscribed first, `bridge/status` last, both at QoS 0, and a
/// broker works off one client's packets in order: once the second SUBACK is here, what was replayed
/// for the first is too; Mosquitto writes it out in between. The retained `bridge/status` behind it
/// proves the same of brokers that replay apart from their SUBACKs. Where that never comes, because
/// no bridge has run or the login may not read it, a quiet time after the SUBACK has to do.
struct ReplayEnd: Equatable {
  static let quietTime = Duration.milliseconds(300)

  private var acknowledged = false
  private var marked = false
  private var lastHeard = Duration.zero

  /// The broker has answered the subscription to the marker.
  mutating func markerAcknowledged(at now: Duration) {
    acknowledged = true
    lastHeard = now
  }

  mutating func heard(isMarker: Bool, at now: Duration) {
    marked = marked || isMarker
    lastHeard = now
  }

  /// Until when to wait if nothing more is heard; `nil`: for the SUBACK first.
  var deadline: Duration? {
    guard acknowledged else { return nil }
    return marked ? lastHeard : lastHeard + Self.quietTime
  }

  func isOver(at now: Duration) -> Bool { deadline.map { now >= $0 } ?? false }
}
