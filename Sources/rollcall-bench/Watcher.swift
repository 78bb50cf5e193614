import MQTT

/// Looks at topics from outside, as a dashboard does.
final class Watcher: ConnectionDelegate {
  private var connection: Connection?
  private(set) var latest: [String: [UInt8]] = [:]
  private var isReady = false
  /// Called with every message, and when it came in.
  var onMessage: (String, UnsafeRawBufferPointer) -> Void = { _, _ in }

  /// Subscribes to the filters at QoS 1, and returns once the broker has granted them.
  init(port: Int, _ filters: [String]) throws(BenchError) {
    for _ in 1...100 {
      do throws(MQTTError) {
        try connect(port, filters)
        if try drive([try open()], for: .seconds(2), until: { isReady }) { return }
      } catch { progress("port \(port): \(error)") }
      pause()
    }
    throw BenchError("the broker on port \(port) does not answer")
  }

  private func connect(_ port: Int, _ filters: [String]) throws(MQTTError) {
    var options = ConnectionOptions(
      endpoint: Endpoint(host: "127.0.0.1", port: port), clientID: "")
    options.keepAlive = .seconds(600)
    let connection = try Connection(options, delegate: self)
    self.connection = connection
    self.filters = filters
    try connection.connect()
  }

  private var filters: [String] = []

  private func open() throws(MQTTError) -> Connection {
    guard let connection else { preconditionFailure("connected before it is driven") }
    return connection
  }

  /// Runs until the condition holds.
  func wait(for limit: Duration, _ what: String, until condition: () -> Bool) throws(BenchError) {
    do throws(MQTTError) {
      if try drive([try open()], for: limit, until: condition) { return }
    } catch { throw BenchError("\(what): \(error)") }
    throw BenchError("\(what): not within \(limit)")
  }

  private func pause() {
    var poller = Poller()
    _ = try? poller.wait(.milliseconds(50))
  }

  func connection(_ connection: Connection, didConnect result: ConnectResult) {
    _ = try? connection.subscribe(filters, qos: .atLeastOnce)
  }

  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {
    isReady = true
  }

  func connection(_ connection: Connection, didReceive message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    latest[topic] = [UInt8](message.payload)
    onMessage(topic, message.payload)
  }

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {}
}
