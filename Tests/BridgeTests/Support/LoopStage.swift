import Bridge
import Presence
import Store

@testable import class Bridge.BridgeLoop

/// A loop on a fake broker and a clock that is moved by hand.
final class LoopStage {
  let clock = HandClock()
  let broker = FakeBroker()
  let loop: BridgeLoop
  private(set) var log: [String] {
    get { lines.all }
    set { lines.all = newValue }
  }
  private let lines = Lines()

  private final class Lines {
    var all: [String] = []
  }

  init(
    storage: (any Storage)? = nil, _ change: (inout Configuration) -> Void = { _ in }
  ) throws {
    var configuration = Configuration()
    configuration.statsInterval = .seconds(86_400)
    change(&configuration)
    let lines = lines
    loop = BridgeLoop(
      configuration: configuration, engine: Engine(rules: Rules(configuration)),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: broker,
      storage: try storage ?? Database(path: ":memory:", durability: .process, owner: 1),
      clock: clock, log: Log(level: .debug) { lines.all.append($0) })
  }

  /// Does what can be done now; how long the loop would wait then.
  @discardableResult
  func run() -> Duration {
    for _ in 0..<10_000 {
      guard let wait = loop.turn() else { return .zero }
      if wait > .zero, !broker.hasInput { return wait }
    }
    return .zero
  }

  /// Lets time pass, from deadline to deadline; the number of turns that it took.
  @discardableResult
  func pass(_ duration: Duration) -> Int {
    let end = clock.time + duration.nanoseconds
    var turns = 0
    while clock.time < end, turns < 100_000 {
      turns += 1
      guard let wait = loop.turn() else { return turns }
      if broker.hasInput { continue }
      clock.time = min(end, clock.time + max(wait, .microseconds(10)).nanoseconds)
    }
    return turns
  }

  /// What is remembered of the session's filters.
  var storedFilters: [String] { loop.storage.filters }

  func takeLog() -> [String] {
    defer { log = [] }
    return log
  }
}
