import Bridge
import Presence
import Store

@testable import class Bridge.BridgeLoop
@testable import class Bridge.MQTTBroker

/// What a broker may send to the bridge: packets through a socket, libmosquitto and the connection into the loop. A
/// good broker afterwards finds a bridge that works.
enum BridgePacketsTarget: Target {
  static let name = "bridge-packets"

  static func run(_ input: [UInt8]) throws {
    let script = Script(input)
    let isV5 = script.steps.first?.word != "old"
    let run = try PacketRun(isV5: isV5)
    defer { ScriptedServer.shared.end() }
    for step in script.steps { try run.play(step) }
    try run.end()
  }
}

/// One bridge on the scripted server.
private final class PacketRun {
  private let server = ScriptedServer.shared
  private let broker: MQTTBroker
  private let loop: BridgeLoop
  private let clock = FuzzClock()
  private var isOver = false
  private static let mostTurns = 3_000

  init(isV5: Bool) throws {
    server.begin(isV5: isV5)
    let configuration = try Configuration.parse(
      """
      database :memory:
      broker mqtt://127.0.0.1:\(server.port)
      protocol \(isV5 ? "5" : "3.1.1")
      reconnect_min 250ms
      reconnect_max 1s
      heartbeat_timeout 5s
      home_assistant on
      source tasmota
      """, file: "packets.conf")
    broker = MQTTBroker(configuration)
    let database = try Database(path: ":memory:", durability: .process, owner: 1)
    loop = BridgeLoop(
      configuration: configuration, engine: Engine(rules: Rules(configuration)),
      bridge: BridgeRow(revision: 0, aliveAt: 0), broker: broker, storage: database, clock: clock,
      log: Log(level: .debug) { _ in })
  }

  func play(_ step: Script.Step) throws {
    try settle()
    if step.word == "pass" { return try pass(.milliseconds(step.number(0, in: 1...5_000))) }
    server.play(step)
  }

  /// Whatever a broker has said: once it behaves, the bridge is live.
  func end() throws {
    try settle()
    server.beHonest()
    try pass(.seconds(20))
    try demand(isOver || loop.isLive, "the bridge is not live with a good broker")
  }

  private func turn() throws -> Duration? {
    guard !isOver else { return nil }
    guard let wait = loop.turn() else {
      isOver = true
      // A broker may have it believe in another bridge.
      guard case .takenOver = loop.failure else { throw Fault("the bridge has ended") }
      return nil
    }
    return wait
  }

  private func settle() throws {
    for _ in 0..<Self.mostTurns {
      guard let wait = try turn() else { return }
      let isBusy = server.serve()
      if wait > .zero, !isBusy, broker.link?.hasInput != true { return }
    }
    throw Fault("the bridge turns without an end")
  }

  private func pass(_ duration: Duration) throws {
    let end = clock.now.instant + duration
    for _ in 0..<Self.mostTurns {
      try settle()
      guard let wait = try turn() else { return }
      let rest = end - clock.now.instant
      guard rest > .zero else { return }
      clock.advance(min(rest, max(wait, .microseconds(10))))
    }
    throw Fault("the bridge turned \(Self.mostTurns) times in \(duration)")
  }
}
