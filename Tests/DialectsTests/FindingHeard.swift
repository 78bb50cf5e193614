import Presence

@testable import Dialects

/// As ``Heard``, and finds clients by their id: as the bridge does that was started after they connected.
final class FindingHeard: DialectListener {
  let heard = Heard()
  /// Users by client id.
  var present: [String: [String?]] = [:]

  func hear(_ saying: Saying) { heard.hear(saying) }
  func isStale(_ words: String?) { heard.isStale(words) }
  func remark(_ words: String) { heard.remark(words) }
  func ask(_ topic: [UInt8], _ payload: [UInt8]) { heard.ask(topic, payload) }
  func isInvalid(_ words: String) { heard.isInvalid(words) }

  func standing(of client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Standing? {
    let users = present[Heard.text(client)] ?? []
    let isThere = users.contains { $0 == user.map(Heard.text) }
    return isThere ? Standing(isPresent: true) : heard.standing(of: client, user: user)
  }

  func forEachPresent(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) {
    for (client, users) in present.sorted(by: { $0.key < $1.key }) {
      for user in users {
        Array(client.utf8).withUnsafeBytes { client in
          guard let user else { return body(client, nil) }
          Array(user.utf8).withUnsafeBytes { body(client, $0) }
        }
      }
    }
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
