import MQTT

/// Looks at topics from outside, as a dashboard does.
final class Watcher: ConnectionDelegate {
  private var connection: Connection?
  private(set) var latest: [String: [UInt8]] = [:]
  /// When the latest message of each topic came in, as ``nanoseconds()`` counts.
  private(set) var arrived: [String: Int64] = [:]
  private var isReady = false
  /// Called with every message, and when it came in.
  var onMessage: (String, UnsafeRawBufferPointer) -> Void = { _, _ in }

  convenience init(port: Int, _ filters: [String]) throws(BenchError) {
    try self.init(Target(port: port), filters)
  }

  /// Subscribes to the filters at QoS 1, and returns once the broker has granted them.
  init(_ target: Target, _ filters: [String]) throws(BenchError) {
    var failure = "no answer"
    for _ in 1...100 {
      do throws(MQTTError) {
        try connect(target, filters)
        if try drive([try open()], for: .seconds(2), until: { isReady }) { return }
      } catch { failure = error.description }
      pause()
    }
    throw BenchError("the broker at \(target.host):\(target.port): \(failure)")
  }

  private func connect(_ target: Target, _ filters: [String]) throws(MQTTError) {
    var options = ConnectionOptions(
      endpoint: Endpoint(host: target.host, port: target.port), clientID: "")
    options.keepAlive = .seconds(600)
    options.username = target.username
    options.password = target.password
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
    let isDone: Bool
    do throws(MQTTError) {
      isDone = try drive([try open()], for: limit) { Interruption.isWanted || condition() }
    } catch { throw BenchError("\(what): \(error)") }
    try Interruption.check()
    guard !isDone else { return }
    throw BenchError("\(what): not within \(limit)")
  }

  /// What a topic holds, as text.
  func text(_ topic: String) -> String? {
    latest[topic].map { String(decoding: $0, as: UTF8.self) }
  }

  /// Lets time pass, and takes in what comes.
  func idle(_ time: Duration) throws(BenchError) {
    do throws(MQTTError) { _ = try drive([try open()], for: time, until: { false }) } catch {
      throw BenchError("the subscriber: \(error)")
    }
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
    arrived[topic] = nanoseconds()
    onMessage(topic, message.payload)
  }

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {}
}
