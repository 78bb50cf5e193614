import MQTT

/// Asks the bridge by MQTT 5's request and response, one question at a time.
final class Questioner {
  private let connection: Connection
  private let topic: [UInt8]
  private let answerTopic: String
  private let ears = Ears()
  private var number = 0

  /// Connects; `nil` where that, or subscribing to the answers, is not possible.
  init?(_ access: BrokerAccess, limit: Duration) {
    guard access.options.protocolVersion == .v5 else { return nil }
    topic = Array("\(access.root)/query".utf8)
    answerTopic = "\(access.root)/answers/\(access.options.clientID)"
    ears.answerTopic = answerTopic
    do throws(MQTTError) {
      connection = try Connection(access.options, delegate: ears)
      try connection.connect()
      guard try drive(limit, until: { $0.isAccepted }) else { return nil }
      try connection.subscribe([answerTopic], qos: .atLeastOnce)
      guard try drive(limit, until: { $0.isSubscribed }) else { return nil }
    } catch { return nil }
  }

  /// The answer; `nil`: there is none within `limit`, as the broker does not let us ask, or nobody answers.
  func ask(_ question: String, limit: Duration) -> [UInt8]? {
    number += 1
    let correlation = Array(String(number).utf8)
    ears.await(correlation)
    do throws(MQTTError) {
      ears.questionID = try connection.publish(
        topic, Array(question.utf8), qos: .atLeastOnce,
        request: RequestProperties(responseTopic: answerTopic, correlationData: correlation))
      return try drive(limit, until: { $0.answer != nil }) ? ears.answer : nil
    } catch { return nil }
  }

  func disconnect() {
    try? connection.disconnect()
    try? connection.write()
  }

  private func drive(
    _ limit: Duration, until isDone: (Ears) -> Bool
  ) throws(MQTTError) -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + limit
    var poller = Poller()
    while !isDone(ears) {
      guard connection.isOpen, !ears.isRefused, clock.now < end else { return false }
      poller.removeAll()
      poller.add(connection)
      try poller.wait(min(clock.now.duration(to: end), .milliseconds(500)))
      if poller[0].contains(.readable) {
        repeat { try connection.read() } while connection.isOpen && connection.hasInput
      }
      if connection.isOpen, connection.wantsWrite { try connection.write() }
    }
    return true
  }
}

/// What a questioner hears.
private final class Ears: ConnectionDelegate {
  var answerTopic = ""
  var questionID: Int32 = -1
  private(set) var isAccepted = false
  private(set) var isSubscribed = false
  private(set) var isRefused = false
  private(set) var answer: [UInt8]?
  private var correlation: [UInt8] = []

  func await(_ correlation: [UInt8]) {
    self.correlation = correlation
    (answer, isRefused) = (nil, false)
  }

  func connection(_ connection: Connection, didConnect result: ConnectResult) {
    if result.reasonCode == 0 { isAccepted = true } else { isRefused = true }
  }

  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {
    if granted.allSatisfy({ $0 < 128 }) { isSubscribed = true } else { isRefused = true }
  }

  func connection(_ connection: Connection, didReceive message: Message) {
    guard message.topic.elementsEqual(answerTopic.utf8), message.correlationData == correlation
    else { return }
    answer = Array(message.payload)
  }

  /// 16: nobody hears questions (MQTT 5 section 3.4.2.1); from 128 on, we may not ask.
  func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {
    if id == questionID, reasonCode >= 16 { isRefused = true }
  }

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {}
}
