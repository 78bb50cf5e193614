import Glibc
import MQTT
import TestSupport
import Testing

/// A broker, a bridge on it, an observer, and the devices of a test.
///
/// Waiting drives all of their connections, lets those beat that are to, and those reconnect that are to.
final class Site {
  let broker: TestBroker
  let bridge: BridgeProcess
  let observer: Observer
  let version: ProtocolVersion
  private(set) var devices: [Device] = []
  private var others: [TestClient] = []
  /// Those that publish a heartbeat every ``beatInterval`` while the test waits.
  var beating: [Device] = []
  var beatInterval = Duration.milliseconds(250)
  /// Those that reconnect by themselves while the test waits.
  var faithful: [Device] = []
  private var nextBeat = ContinuousClock.now
  private var markers = 0

  /// Starts all three and waits until the bridge is live.
  init(
    _ version: ProtocolVersion = .v5, _ settings: [String: String] = [:], sources: String = "",
    broker configure: (inout TestBroker.Setup) -> Void = { _ in }
  ) throws {
    self.version = version
    broker = try TestBroker {
      $0.extraLines = ["sys_interval 1"]
      configure(&$0)
    }
    observer = try Observer(broker)
    let versionName = version == .v5 ? "5" : "3.1.1"
    bridge = try BridgeProcess(
      port: broker.port, ["protocol": versionName].merging(settings) { $1 }, sources: sources)
    try waitUntilLive()
  }

  /// A device that is connected.
  func device(_ name: String, user: String? = nil, will: String = "offline") throws -> Device {
    let device = Device(broker, name, user: user, will: will) { [version] in
      $0.protocolVersion = version
    }
    try device.client.connect()
    devices.append(device)
    return device
  }

  /// Drives a device's connection, too, while the test waits.
  func adopt(_ device: Device) { devices.append(device) }

  func adopt(_ client: TestClient) { others.append(client) }

  /// Waits for a condition; throws with what the bridge said when it does not come true.
  func wait(
    for what: String, limit: Duration = .seconds(10), until condition: () throws -> Bool
  ) throws {
    guard try run(for: limit, until: condition) else {
      let rooms = observer.client.messages.filter { $0.topic != "presence/bridge/stats" }
      let heard = (rooms.suffix(12) + observer.messages("bridge/stats").suffix(1))
        .map { "\($0.topic) \($0.text.prefix(500))" }
      throw TestFailure(
        "waited in vain for \(what); heard:\n\(heard.joined(separator: "\n"))\n"
          + "the bridge \(bridge.child.exitIfEnded().map { "ended (\($0))" } ?? "runs") and said:\n"
          + "\(bridge.log.suffix(3000))")
    }
  }

  /// Lets time pass while everybody does what is theirs, until a condition holds; whether it did.
  @discardableResult
  func run(for limit: Duration, until condition: () throws -> Bool = { false }) throws -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      if try condition() { return true }
      if ContinuousClock.now >= end { return false }
      for device in faithful { device.stayConnected() }
      beatIfDue()
      let clients = devices.map(\.client) + others + [observer.client]
      let open = clients.compactMap(\.connection).filter(\.isOpen)
      if open.isEmpty { usleep(5_000) }
      var turns = 0
      _ = try drive(open, for: .milliseconds(20)) {
        turns += 1
        return turns > 1
      }
    }
  }

  private func beatIfDue() {
    guard ContinuousClock.now >= nextBeat else { return }
    nextBeat = ContinuousClock.now + beatInterval
    for device in beating { device.beatIfConnected() }
  }

  func waitUntilLive() throws {
    try wait(for: "a live bridge", limit: .seconds(20)) { bridge.isLive }
  }

  /// Nobody was removed from any room since the observer began to listen, or forgot.
  func expectNobodyRemoved() throws {
    let removed = try observer.removed()
    #expect(removed == [], "\(bridge.log.suffix(3000))")
  }

  /// Waits until a room holds just these clients, on all of its topics.
  func wait(_ room: String, holds clients: String..., limit: Duration = .seconds(10)) throws {
    try wait(for: "\(clients) in \(room)", limit: limit) {
      try observer.count(room) == clients.count && observer.clients(room) == clients
    }
  }

  /// Waits until the bridge has published stats that fit.
  func wait(forStats what: String, _ condition: (Stats) -> Bool) throws {
    try wait(for: "stats with \(what)") { try observer.stats().map(condition) ?? false }
  }

  /// Proves that the bridge has worked off all that devices have said before: somebody joins a new room, and
  /// the bridge announces it.
  func flush() throws {
    markers += 1
    let marker = try device("marker-\(markers)")
    try marker.join("marker-\(markers)")
    try wait(for: "the marker") { observer.count("marker-\(markers)") == 1 }
  }

  /// What the broker hands to somebody new, by topic without the root.
  func retained() throws -> [String: TestClient.Received] {
    let reader = TestClient(broker, id: "reader")
    try reader.connect()
    try reader.subscribe("presence/#", qos: .atMostOnce)
    try reader.subscribe("$SYS/broker/version", qos: .atMostOnce)
    try reader.wait(forMessage: "$SYS/broker/version")
    let kept = reader.messages.filter { $0.retain && $0.topic.hasPrefix("presence/") }
    return Dictionary(kept.map { (String($0.topic.dropFirst(9)), $0) }) { $1 }
  }
}
