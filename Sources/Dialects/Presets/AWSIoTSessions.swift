import Presence
import Topics

/// The last connection of each client of AWS IoT, so that an event can be told from one that it came too late for.
///
/// The engine keeps the versionNumber as the client's epoch, also from one run to the next; the session and whether
/// its `disconnected` was heard are kept here, for the last so many clients, and not beyond a restart.
struct AWSIoTSessions {
  static let maxClients = 100_000
  /// How much later an event with a number that is not higher has to be for a connection after a long absence. Numbers
  /// begin again after about an hour; events overtake each other by seconds.
  static let longAfter: Int64 = 10 * 60_000

  enum Verdict: Equatable {
    case stale
    /// It counts; as an end with this epoch.
    case counts(epoch: Int64?)
  }

  private struct Session {
    var identifier: [UInt8]
    var version: Int64
    var time: Int64
    var hasEnded: Bool
  }

  private var sessions: [[UInt8]: Session] = [:]
  /// When the first event of this run was read: what happened later was unknown to the last run.
  private var start: Int64?

  mutating func take(
    _ event: AWSIoTEvent, of client: [UInt8], _ standing: Standing?, at now: Now
  ) -> Verdict {
    let start = start ?? now.wall
    self.start = start
    guard let last = sessions[client] else {
      return first(event, of: client, standing, since: start)
    }
    if last.identifier == event.session {
      if last.hasEnded && !event.isEnd { return .stale }
    } else if event.isEnd && event.isRefusal {
      return .stale
    } else if !Self.isLater(event, than: last) {
      return .stale
    }
    note(event, of: client)
    return .counts(epoch: event.version < last.version ? nil : event.version)
  }

  /// Whether it is of a later connection: what happened long before has a high number from before the numbers began
  /// again.
  private static func isLater(_ event: AWSIoTEvent, than last: Session) -> Bool {
    event.version > last.version
      ? event.time > last.time - longAfter : event.time >= last.time + longAfter
  }

  /// Nothing of this client was heard in this run: all that is known is the last run's number.
  private mutating func first(
    _ event: AWSIoTEvent, of client: [UInt8], _ standing: Standing?, since start: Int64
  ) -> Verdict {
    guard let standing, let epoch = standing.epoch else {
      note(event, of: client)
      return .counts(epoch: event.version)
    }
    let isLower = event.version < epoch
    // A second `connected` of a pair that was ended in the last run has the same number.
    let isOver = event.version == epoch && !event.isEnd && !standing.isPresent
    if isLower || isOver, event.time < start { return .stale }
    note(event, of: client)
    return .counts(epoch: isLower ? nil : event.version)
  }

  private mutating func note(_ event: AWSIoTEvent, of client: [UInt8]) {
    if sessions.count >= Self.maxClients, sessions[client] == nil { sessions = [:] }
    guard client.count <= Names.maxLevelBytes else { return }
    sessions[client] = Session(
      identifier: event.session, version: event.version, time: event.time, hasEnded: event.isEnd)
  }
}
