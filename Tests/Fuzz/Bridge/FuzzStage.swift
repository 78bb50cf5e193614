import Bridge
import Presence
import Store

@testable import class Bridge.BridgeLoop

/// A whole bridge on an honest broker in memory, and a script of what is said to it.
///
/// A run ends in quiet: whatever was said, the bridge is connected then, waits for something, and what it has
/// published is true.
final class FuzzStage {
  let clock = FuzzClock()
  let broker = FuzzBroker()
  private let configuration: Configuration
  private let database: Database
  private var loop: BridgeLoop
  private var judge: PublishingJudge
  private static let mostTurns = 20_000
  private static let quiet = Duration.seconds(5)
  private static let longestPause = 120_000

  init(_ configuration: Configuration = FuzzConfiguration.configuration) throws {
    self.configuration = configuration
    database = try Database(path: ":memory:", durability: .process, owner: 1)
    try database.keepHistory(HistoryRules(configuration))
    judge = PublishingJudge(configuration)
    loop = try Self.start(configuration, database, broker, clock)
  }

  private static func start(
    _ configuration: Configuration, _ database: Database, _ broker: FuzzBroker, _ clock: FuzzClock
  ) throws -> BridgeLoop {
    var engine = Engine(rules: Rules(configuration))
    let row = try database.bridgeRow()
    try database.load(into: &engine, at: clock.now)
    return BridgeLoop(
      configuration: configuration, engine: engine, bridge: row, broker: broker, storage: database,
      clock: clock, log: Log(level: .debug) { _ in })
  }

  func connect() throws { try settle() }

  /// Runs a script; what it says in a row arrives together.
  func play(_ script: Script) throws {
    for step in script.steps { try play(step) }
    try pass(Self.quiet)
    try pass(Self.quiet)
    try judgeEnd()
  }

  private func play(_ step: Script.Step) throws {
    switch step.word {
    case "live0", "live1": say(step, isAcknowledged: step.word == "live1", isReplay: false)
    case "replay0", "replay1": say(step, isAcknowledged: step.word == "replay1", isReplay: true)
    case "retain": retain(step)
    case "ask": ask(step)
    case "pass": try pass(.milliseconds(step.number(0, in: 1...Self.longestPause)))
    case "cut", "lose": try reconnect(losesSession: step.word == "lose")
    case "restart": try restart()
    case "limit": broker.maximumPacketSize = step.number(0, in: 300...1 << 28)
    default: break
    }
  }

  private func say(_ step: Script.Step, isAcknowledged: Bool, isReplay: Bool) {
    broker.deliver(step[0], step[1], isAcknowledged: isAcknowledged, isReplay: isReplay)
  }

  /// As a client does that publishes with the retain flag: it is delivered without.
  private func retain(_ step: Script.Step) {
    guard !step[0].isEmpty else { return }
    if broker.isOpen { judge.distrust(step[0]) }
    broker.retain(step[0], step[1], isAcknowledged: true)
    broker.deliver(step[0], step[1], isAcknowledged: true, isReplay: false)
  }

  /// A question with properties: where to, by what, and the question.
  private func ask(_ step: Script.Step) {
    broker.deliver(
      Array("\(configuration.root)/query".utf8), step[2], isAcknowledged: true, isReplay: false,
      reply: ReplyAddress(topic: step[0], correlation: step[1]))
  }

  private func reconnect(losesSession: Bool) throws {
    broker.cut(losesSession: losesSession)
    judge.beginConnection()
    try settle()
  }

  /// The process is killed, and started again on what it had committed.
  private func restart() throws {
    database.abandonCommit()
    broker.cut(losesSession: false)
    broker.close()
    judge.beginConnection()
    loop = try Self.start(configuration, database, broker, clock)
    try settle()
  }

  /// Lets the bridge do what it can do now.
  private func settle() throws {
    for _ in 0..<Self.mostTurns {
      let wait = try turn()
      if wait > .zero, !broker.hasInput { return }
    }
    throw Fault("the bridge turns without an end")
  }

  private func pass(_ duration: Duration) throws {
    let end = clock.now.instant + duration
    for _ in 0..<Self.mostTurns {
      let wait = try turn()
      if broker.hasInput { continue }
      let rest = end - clock.now.instant
      guard rest > .zero else { return }
      clock.advance(min(rest, max(wait, .microseconds(10))))
    }
    throw Fault("the bridge turned \(Self.mostTurns) times in \(duration)")
  }

  private func turn() throws -> Duration {
    guard let wait = loop.turn() else {
      throw Fault("the bridge has ended: \(String(describing: loop.failure))")
    }
    try demand(broker.unsendable.isEmpty, "published where nobody can: \(broker.unsendable)")
    try judge.look(at: broker.takePublished())
    if wait > .zero { try loop.engine.checkInvariants() }
    return wait
  }

  private func judgeEnd() throws {
    try demand(broker.isOpen && loop.isLive, "the bridge is not connected any more")
    guard broker.maximumPacketSize == nil else { return }
    try judge.end(broker.retained, loop.engine)
  }
}
