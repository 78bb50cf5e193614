import Presence
import Topics

/// The last connection of each client of AWS IoT, so that an event can be told from one that it came too late for.
///
/// The engine keeps the time and the number of its birth as the client's epoch, also from one run to the next; the
/// session and whether its `disconnected` was heard are kept here, for the last so many clients, and not beyond a
/// restart.
struct AWSIoTSessions {
  static let maxClients = 100_000
  /// How much later an end with a number that is not higher has to be for a connection after a long absence. Numbers
  /// begin again after about an hour; events overtake each other by seconds.
  static let longAfter: Int64 = 10 * 60_000

  private struct Session {
    /// `nil`: of an earlier run.
    var identifier: [UInt8]?
    var version: Int64
    var time: Int64
    var hasEnded: Bool
  }

  private var sessions: [[UInt8]: Session] = [:]

  /// Whether an event counts.
  mutating func take(_ event: AWSIoTEvent, of client: [UInt8], _ standing: Standing?) -> Bool {
    if let last = sessions[client] ?? Self.session(standing), !Self.counts(event, after: last) {
      return false
    }
    note(event, of: client)
    return true
  }

  private static func session(_ standing: Standing?) -> Session? {
    guard let standing, let epoch = standing.epoch else { return nil }
    let order = AWSIoTOrder(epoch: epoch)
    return Session(
      identifier: nil, version: order.version, time: order.seconds * 1000,
      hasEnded: !standing.isPresent)
  }

  private static func counts(_ event: AWSIoTEvent, after last: Session) -> Bool {
    guard let identifier = last.identifier else { return isNews(event, after: last) }
    if identifier == event.session { return !last.hasEnded || event.isEnd }
    return event.isEnd && event.isRefusal ? false : isLater(event, than: last)
  }

  /// Whether it is of a later connection: what happened long before has a high number from before the numbers began
  /// again, and a beginning that is later than all that the last session said is a new one's, whatever its number.
  private static func isLater(_ event: AWSIoTEvent, than last: Session) -> Bool {
    if event.version > last.version { return event.time > last.time - longAfter }
    return event.isEnd ? event.time >= last.time + longAfter : event.time > last.time
  }

  /// Of the last run's session the second of its beginning is known, and not its name.
  private static func isNews(_ event: AWSIoTEvent, after last: Session) -> Bool {
    var event = event
    event.time -= event.time % 1000
    event.version = AWSIoTOrder(event).version
    guard event.version == last.version, event.time <= last.time || event.isEnd else {
      return isLater(event, than: last)
    }
    // A second `connected` of a pair that was ended in the last run has the same number.
    return event.time >= last.time && (event.isEnd || !last.hasEnded)
  }

  private mutating func note(_ event: AWSIoTEvent, of client: [UInt8]) {
    if sessions.count >= Self.maxClients, sessions[client] == nil { sessions = [:] }
    guard client.count <= Names.maxLevelBytes else { return }
    sessions[client] = Session(
      identifier: event.session, version: event.version, time: event.time, hasEnded: event.isEnd)
  }
}

/// When a session began and which number it has, as one epoch: the seconds above, 21 bits of the number below.
struct AWSIoTOrder: Equatable {
  private static let bits: Int64 = 21

  var seconds: Int64
  var version: Int64

  init(_ event: AWSIoTEvent) {
    seconds = min(event.time / 1000, 1 << (53 - Self.bits) - 1)
    version = event.version & (1 << Self.bits - 1)
  }

  init(epoch: Int64) {
    seconds = epoch >> Self.bits
    version = epoch & (1 << Self.bits - 1)
  }

  var epoch: Int64 { seconds << Self.bits | version }
}
