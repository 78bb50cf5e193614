import Glibc
import MQTT
import Presence
import Store
import Topics

/// Runs the bridge until SIGINT or SIGTERM, then ends it cleanly.
///
/// - Throws: what keeps it from starting, and that another bridge has taken over. An unreachable broker is no
///   error: it is tried again until it is there.
public func runBridge(_ configuration: Configuration) throws(RunError) {
  let signals: SignalDescriptor
  do throws(MQTTError) { signals = try LastingSignals.take() } catch {
    throw .system(error.description)
  }
  let problems = configuration.validateFiles()
  guard problems.isEmpty else { throw .configuration(problems) }
  // Who is where is nobody else's business: the database is readable by its owner alone.
  umask(0o077)
  let clock = SystemClock()
  let log = Log(level: configuration.logLevel)
  let (engine, row, database) = try restore(configuration, clock, log)
  let broker = MQTTBroker(configuration)
  let loop = BridgeLoop(
    configuration: configuration, engine: engine, bridge: row, broker: broker, storage: database,
    clock: clock, log: log)
  run(loop, broker, signals, log)
  switch loop.failure {
  case .takenOver(let reason): throw .takenOver(reason)
  case .notSaved(let reason): throw .notSaved(reason)
  case nil: break
  }
}

private func run(
  _ loop: BridgeLoop, _ broker: MQTTBroker, _ signals: SignalDescriptor, _ log: Log
) {
  var poller = Poller()
  var pace = Pace()
  while let wait = loop.turn() {
    if wait > .zero, pace.isHurried(loop) { usleep(Pace.pause) }
    poller.removeAll()
    let signalPlace = poller.add(signals.descriptor)
    poller.add(
      loop.mayRead || loop.mayWrite ? broker.link?.connection?.descriptor : nil,
      wantsWrite: loop.mayWrite && (broker.link?.connection?.wantsWrite ?? false))
    if let other = broker.otherLink?.connection { poller.add(other) }
    do throws(MQTTError) { try poller.wait(wait) } catch {
      // As with no memory for it. The next turn looks at the link all the same.
      log.limited("poll", .error, at: loop.now, "\(error)")
      usleep(Pace.blind)
      heed(signals, loop, log)
    }
    if poller[signalPlace].contains(.readable) { heed(signals, loop, log) }
  }
}

private func heed(_ signals: SignalDescriptor, _ loop: BridgeLoop, _ log: Log) {
  while let signal = signals.next() {
    if signal == SIGHUP {
      log.log(
        .notice, at: loop.now,
        "SIGHUP: the configuration is not read again; restart the bridge for a changed one")
    } else {
      loop.stop()
    }
  }
}

/// Under load the loop waits a moment before it looks for more, so that one waking takes in many messages: a
/// waking costs as much as reading two of them. A message that comes alone is not held up.
private struct Pace {
  /// Microseconds.
  static let pause: UInt32 = 400
  /// How long to wait where poll(2) does not.
  static let blind: UInt32 = 10_000
  private static let hurry = Duration.milliseconds(1)
  private var lastBusy = Instant(nanoseconds: 0)

  mutating func isHurried(_ loop: BridgeLoop) -> Bool {
    guard loop.hasRead else { return false }
    defer { lastBusy = loop.now.instant }
    return loop.isLive && loop.now.instant - lastBusy < Self.hurry
  }
}

/// Opens the database and makes the engine from it. One of ours that is damaged is set aside, and a new one
/// begun: the retained births and topics fill it again.
private func restore(
  _ configuration: Configuration, _ clock: SystemClock, _ log: Log
) throws(RunError) -> (Engine, BridgeRow, Database) {
  do throws(StoreError) {
    return try openHeedingSignals(configuration, clock)
  } catch {
    guard case .damaged(let path, let reason) = error else { throw .store(error) }
    do throws(StoreError) {
      let target = try Database.setAside(path: path, stamp: stamp(clock.now))
      log.log(
        .error, at: clock.now,
        "\(path) is damaged (\(reason)); set aside as \(target). Starting with a new one")
      return try openHeedingSignals(configuration, clock)
    } catch { throw .store(error) }
  }
}

private func openHeedingSignals(
  _ configuration: Configuration, _ clock: SystemClock
) throws(StoreError) -> (Engine, BridgeRow, Database) {
  let level = configuration.logLevel
  return try heedingSignals {
    Log(level: level).log(
      .notice, at: SystemClock().now, "stopping, before the database was read")
    _exit(0)
  } _: { () throws(StoreError) in
    try open(configuration, clock)
  }
}

private func open(
  _ configuration: Configuration, _ clock: SystemClock
) throws(StoreError) -> (Engine, BridgeRow, Database) {
  let patience = OpeningPatience(log: Log(level: configuration.logLevel), clock: clock)
  return try patience.wait { () throws(StoreError) in
    let database = try Database(
      path: configuration.database,
      durability: configuration.durability == .power ? .power : .process,
      owner: Int64.random(in: 1 ... .max))
    var engine = Engine(rules: Rules(configuration))
    let row = try database.bridgeRow()
    try database.load(into: &engine, at: clock.now)
    try database.keepHistory(HistoryRules(configuration))
    return (engine, row, database)
  }
}

/// `20261123T201005.123Z`: fit for a file name.
private func stamp(_ now: Now) -> String {
  var bytes: [UInt8] = []
  Timestamp.append(millisecondsSince1970: now.wall, to: &bytes)
  return String(decoding: bytes.filter { $0 != 0x2d && $0 != 0x3a }, as: UTF8.self)
}

extension Rules {
  /// The part of a configuration that decides who is present.
  public init(_ configuration: Configuration) {
    self.init()
    heartbeatTimeout = configuration.heartbeatTimeout
    offlineGrace = configuration.offlineGrace
    restartGrace = configuration.restartGrace
    reviveWindow = configuration.reviveWindow
    forgetAfter = configuration.forgetAfter
    emptyRoomTTL = configuration.emptyRoomTTL
    membersLimit = configuration.membersLimit
    maxRoomsPerClient = configuration.maxRoomsPerClient
    maxClients = configuration.maxClients
    maxRooms = configuration.maxRooms
    maxPresences = configuration.maxPresences
    maxNewRooms = configuration.maxNewRooms
    maxData = configuration.maxData
    tellsRecounts = configuration.history != nil
  }
}
