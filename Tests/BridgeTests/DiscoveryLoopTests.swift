import Presence
import Store
import Testing

@testable import Bridge

/// When the loop tells Home Assistant what, to the nanosecond.
@Suite struct DiscoveryLoopTests {
  private final class HandClock: Clock {
    var time: Int64 = 1_000_000_000
    var now: Now { Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000) }
    func jitter() -> Double { 0.15 }
  }

  /// As much of a broker as the loop needs: it welcomes, acknowledges, and hands the fences back.
  private final class SmallBroker: Link, Broker {
    private var delegate: (any LinkDelegate)?
    private var inbox: [(topic: String, payload: String)] = []
    private var welcomes = 0
    private var unacknowledged: [Int32] = []
    private var nextID: Int32 = 0
    var isSlow = false
    private(set) var mostInFlight = 0
    /// In the order in which they were.
    private(set) var cleared: [String] = []
    /// Those of Home Assistant, without the payloads of what they hold.
    var configs: [(topic: String, isEmpty: Bool)] = []

    func connect(version: LinkVersion, delegate: any LinkDelegate) -> any Link {
      self.delegate = delegate
      welcomes = 1
      return self
    }

    func say(_ topic: String, _ payload: String) { inbox.append((topic, payload)) }

    let isOpen = true
    var hasInput: Bool { welcomes > 0 || mayAcknowledge || !inbox.isEmpty }
    private var mayAcknowledge: Bool { !isSlow && !unacknowledged.isEmpty }

    func read() {
      if welcomes > 0 {
        welcomes = 0
        delegate?.linkDidConnect(LinkWelcome())
      } else if mayAcknowledge {
        delegate?.linkDidAcknowledge(unacknowledged.removeFirst(), reason: 0)
      } else if !inbox.isEmpty {
        deliver(inbox.removeFirst())
      }
    }

    private func deliver(_ message: (topic: String, payload: String)) {
      Array(message.topic.utf8).withUnsafeBytes { topic in
        Array(message.payload.utf8).withUnsafeBytes { payload in
          delegate?.linkDidReceive(
            Delivery(topic: topic, payload: payload, isAcknowledged: false, isReplay: false))
        }
      }
    }

    func publish(
      _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
    ) -> Int32 {
      let name = String(decoding: topic, as: UTF8.self)
      if name.hasSuffix("/fence") { say(name, String(decoding: payload, as: UTF8.self)) }
      if name.hasSuffix("/config") { configs.append((name, payload.isEmpty)) }
      if retain, payload.isEmpty { cleared.append(name) }
      nextID += 1
      if atLeastOnce { unacknowledged.append(nextID) }
      mostInFlight = max(mostInFlight, unacknowledged.count)
      return nextID
    }

    func write() {}
    func keepAlive() {}
    func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 { 0 }
    func unsubscribe(_ filters: [String]) -> Int32 { 0 }
    func disconnect() {}
    func close() {}
  }

  private let clock = HandClock()
  private let broker = SmallBroker()
  private let loop: BridgeLoop

  init() throws {
    var configuration = Configuration()
    configuration.homeAssistant = true
    configuration.emptyRoomTTL = .seconds(60)
    // Nothing but what is to be looked at shall wake the loop.
    configuration.statsInterval = .seconds(86_400)
    loop = BridgeLoop(
      configuration: configuration, engine: Engine(rules: Rules(configuration)),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: broker,
      storage: try Database(path: ":memory:", durability: .process, owner: 1), clock: clock,
      log: Log(level: .error))
    run()
  }

  /// Does what can be done now; how long the loop would wait then.
  @discardableResult
  private func run() -> Duration {
    while true {
      let wait = loop.turn() ?? .zero
      if wait > .zero, !broker.hasInput { return wait }
    }
  }

  private func join(_ rooms: Int) {
    for number in 0..<rooms { broker.say("presence/clients/c\(number)/rooms/r\(number)", "join") }
    run()
  }

  /// What was published since the last call.
  private func takeConfigs() -> [(topic: String, isEmpty: Bool)] {
    defer { broker.configs = [] }
    return broker.configs
  }

  @Test func `a birth is answered at its instant, with every room once`() {
    join(1_000)
    #expect(takeConfigs().count == 2_000)
    let birth = clock.time
    broker.say("homeassistant/status", "online")
    run()
    clock.time = birth + 749_999_999
    #expect(run() <= .nanoseconds(1))
    #expect(takeConfigs().isEmpty)
    clock.time = birth + 750_000_000
    broker.isSlow = true
    run()
    #expect(broker.mostInFlight == 300)
    broker.isSlow = false
    run()
    let configs = takeConfigs()
    #expect(configs.count == 2_000 && configs.allSatisfy { !$0.isEmpty })
    #expect(Set(configs.map(\.topic)).count == 2_000)
    // And what one room adds beyond: an event, its two topics and two configurations.
    #expect(broker.mostInFlight <= 304)
  }

  @Test func `the end of a stop does not wait for an answer to a birth`() {
    join(400)
    broker.say("homeassistant/status", "online")
    run()
    _ = takeConfigs()
    loop.stop()
    clock.time += 1_000_000_000
    while loop.turn() != nil { while broker.hasInput { broker.read() } }
    #expect(takeConfigs().isEmpty)
  }

  @Test func `a room that is cleared is taken back before its own topics are`() throws {
    join(1)
    _ = takeConfigs()
    broker.say("presence/clients/c0/rooms/r0", "leave")
    run()
    #expect(takeConfigs().isEmpty)
    clock.time += 59_999_000_000
    run()
    #expect(takeConfigs().isEmpty)
    clock.time += 1_000_000
    run()
    let configs = takeConfigs()
    #expect(configs.count == 2 && configs.allSatisfy(\.isEmpty))
    #expect(
      broker.cleared == configs.map(\.topic) + ["occupancy", "count"].map { "presence/\($0)/r0" })
    broker.say("homeassistant/status", "online")
    run()
    clock.time += 1_000_000_000
    run()
    #expect(takeConfigs().isEmpty)
  }
}
