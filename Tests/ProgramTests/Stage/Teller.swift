import MQTT
import TestSupport

/// A device that says every word once, at QoS 1 and in order on one connection. What was not acknowledged when
/// that ended it says again on the next, in the same order and before anything new; what was, it forgets.
final class Teller {
  struct Word {
    var topic: String
    var payload: String
  }

  let client: TestClient
  private(set) var words: [Word] = []
  /// The word that this connection began with.
  private var first = 0

  init(_ broker: TestBroker, _ name: String, _ version: ProtocolVersion) throws {
    client = TestClient(broker, id: name) { $0.protocolVersion = version }
    try client.connect()
  }

  /// How many words were acknowledged: all of those before the first that was not.
  var acknowledged: Int { first + client.acknowledged.count }

  func say(_ word: Word) {
    words.append(word)
    send(word)
  }

  /// Connects again, and says again what it has to.
  func connectAgain() throws {
    let rest = acknowledged
    try client.connect()
    first = rest
    for word in words[rest...] { send(word) }
  }

  /// A connection that has ended takes nothing: the word waits for the next.
  private func send(_ word: Word) {
    guard let connection = client.connection, connection.isOpen else { return }
    _ = try? connection.publish(
      word.topic, Array(word.payload.utf8), qos: .atLeastOnce, retain: false)
  }
}
