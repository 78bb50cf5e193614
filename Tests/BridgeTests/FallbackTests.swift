import Presence
import Store
import Testing

@testable import Bridge

/// Which version of MQTT the bridge speaks, where the configuration leaves it open.
@Suite struct FallbackTests {
  private final class HandClock: Clock {
    var time: Int64 = 1_000_000_000
    var now: Now { Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000) }
    func jitter() -> Double { 1 }
  }

  /// A broker that treats each attempt as it was told, the last one for ever, and writes down the versions.
  private final class ScriptedBroker: Link, Broker {
    enum Act {
      case unreachable
      case hangsUp
      case silent
      case refusesVersion
      case refusesLogin
      /// And closes the connection soon after.
      case accepts
    }

    var script: [Act]
    private(set) var attempts: [(version: LinkVersion, at: Int64)] = []
    private let clock: HandClock
    private weak var delegate: (any LinkDelegate)?
    private var todo: [(any LinkDelegate) -> Void] = []
    private(set) var isOpen = false

    init(_ script: [Act], _ clock: HandClock) {
      self.script = script
      self.clock = clock
    }

    func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link {
      attempts.append((version, clock.time))
      let act = script.count > 1 ? script.removeFirst() : script[0]
      guard act != .unreachable else { throw LinkError("refused") }
      self.delegate = delegate
      isOpen = true
      todo = Self.acts(act)
      return self
    }

    private static func acts(_ act: Act) -> [(any LinkDelegate) -> Void] {
      switch act {
      case .unreachable: []
      case .hangsUp: [{ $0.linkDidEnd(LinkEnd(reason: "gone", isUnanswered: true)) }]
      case .silent: [{ $0.linkDidEnd(LinkEnd(reason: "no answer")) }]
      case .refusesVersion: refusal(LinkWelcome(refusal: "no", isUnsupportedVersion: true))
      case .refusesLogin: refusal(LinkWelcome(refusal: "who?"))
      case .accepts:
        [{ $0.linkDidConnect(LinkWelcome()) }, { $0.linkDidEnd(LinkEnd(reason: "gone")) }]
      }
    }

    private static func refusal(_ welcome: LinkWelcome) -> [(any LinkDelegate) -> Void] {
      [{ $0.linkDidConnect(welcome) }, { $0.linkDidEnd(LinkEnd(reason: "refused")) }]
    }

    var hasInput: Bool { !todo.isEmpty }

    func read() {
      guard !todo.isEmpty, let delegate else { return }
      if todo.count == 1 { isOpen = false }
      todo.removeFirst()(delegate)
    }

    func publish(
      _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
    ) -> Int32 { 1 }
    func write() {}
    func keepAlive() {}
    func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 { 0 }
    func unsubscribe(_ filters: [String]) -> Int32 { 0 }
    func disconnect() {}
    func close() {}
  }

  /// The first attempts at a broker with this script, and what was logged.
  private func attempts(
    _ count: Int, _ script: [ScriptedBroker.Act], _ version: ProtocolChoice = .automatic
  ) throws -> (versions: [LinkVersion], times: [Int64], log: String) {
    let clock = HandClock()
    let broker = ScriptedBroker(script, clock)
    var configuration = Configuration()
    configuration.protocolVersion = version
    var log = ""
    let loop = BridgeLoop(
      configuration: configuration, engine: Engine(rules: Rules()),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: broker,
      storage: try Database(path: ":memory:", durability: .process, owner: 1), clock: clock,
      log: Log(level: .notice) { log += $0 + "\n" })
    for _ in 0..<10_000 where broker.attempts.count < count {
      let wait = loop.turn() ?? .zero
      if wait > .zero { clock.time += Int64(wait / .nanoseconds(1)) }
    }
    return (broker.attempts.map(\.version), broker.attempts.map(\.at), log)
  }

  @Test func `while nobody listens, and while nobody answers, 5 stays the version to speak`() throws
  {
    for act in [ScriptedBroker.Act.unreachable, .silent] {
      let (versions, _, log) = try attempts(20, [act])
      #expect(versions == Array(repeating: .v5, count: 20))
      #expect(!log.contains("3.1.1"))
    }
  }

  @Test func `a broker that refuses 5 is asked with 3_1_1 at once, and stays with it`() throws {
    let (versions, times, log) = try attempts(
      4, [.refusesVersion, .refusesLogin, .refusesLogin, .accepts])
    #expect(versions == [.v5, .v311, .v311, .v311])
    #expect(times[1] == times[0] && times[2] > times[1])
    #expect(log.contains("does not speak MQTT 5; trying 3.1.1"))
  }

  @Test func `three who hang up in a row are believed, two are not`() throws {
    let believed = try attempts(6, [.hangsUp])
    #expect(believed.versions == [.v5, .v5, .v5, .v311, .v5, .v5])
    #expect(believed.log.contains("hangs up on MQTT 5; trying 3.1.1"))
    for other in [ScriptedBroker.Act.unreachable, .silent, .refusesLogin, .accepts] {
      let script = [.hangsUp, .hangsUp, other, .hangsUp, .hangsUp, other]
      let (versions, _, _) = try attempts(6, script)
      #expect(versions == Array(repeating: .v5, count: 6))
    }
  }

  @Test func `after a connection with 3_1_1, 5 is tried again`() throws {
    let (versions, times, _) = try attempts(
      4, [.refusesVersion, .accepts, .refusesVersion, .accepts])
    #expect(versions == [.v5, .v311, .v5, .v311])
    #expect(times[2] > times[1] && times[3] == times[2])
  }

  @Test func `brokers that refuse both versions are not hurried`() throws {
    let (versions, times, _) = try attempts(7, [.refusesVersion])
    #expect(versions == [.v5, .v311, .v5, .v311, .v5, .v311, .v5])
    let waits = zip(times.dropFirst(), times).map { ($0 - $1) / 1_000_000 }
    #expect(waits == [0, 250, 0, 500, 0, 1_000])
  }

  @Test(arguments: [ProtocolChoice.v5, .v311])
  func `a version that is configured is kept`(choice: ProtocolChoice) throws {
    let kept = try attempts(9, [.refusesVersion, .hangsUp], choice).versions
    #expect(kept == Array(repeating: choice == .v5 ? .v5 : .v311, count: 9))
  }
}
