import Presence

@testable import Dialects

/// As ``Heard``, and finds clients by their id: as the bridge does that was started after they connected.
final class FindingHeard: DialectListener, ClientFinder {
  let heard = Heard()
  /// Users by client id.
  var present: [String: [String?]] = [:]

  func hear(_ saying: Saying) { heard.hear(saying) }
  func isStale() { heard.isStale() }
  func isInvalid(_ words: String) { heard.isInvalid(words) }

  func standing(of client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Standing? {
    heard.standing(of: client, user: user)
  }

  func users(of client: UnsafeRawBufferPointer) -> [[UInt8]?] {
    (present[Heard.text(client)] ?? []).map { $0.map { Array($0.utf8) } }
  }

  /// What a line of Mosquitto's log says.
  func read(_ line: String, by dialect: inout MosquittoLogDialect) -> [String] {
    Array(line.utf8).withUnsafeBytes {
      let message = DialectMessage(
        levels: [], payload: $0, isReplay: false,
        now: Now(instant: Instant(nanoseconds: 0), wall: 1_700_000_000_000))
      dialect.read(message, topic: 0, self)
    }
    return heard.take()
  }
}
