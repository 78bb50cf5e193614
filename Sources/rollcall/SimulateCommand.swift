import Fleet
import Glibc
import MQTT
import Topics

/// `rollcall simulate`: a fleet of real MQTT clients, to see Rollcall live or to load it.
struct SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "Be a fleet of MQTT clients that join, beat, leave and vanish"
  static let details = """
    Every client is a connection of its own with a will. Rates are events a minute of one client.
    Half of those who vanish close the connection without a word, so that the broker sends the will;
    the other half keep it and fall silent. At the end, or at SIGINT or SIGTERM, everybody leaves for
    good and nothing stays behind on the broker; a second signal ends it at once.
    """
  static let flags =
    [
      Flag("clients", "n", value: "N", help: "How many clients (25)"),
      Flag("rooms", "r", value: "N", help: "In how many rooms (5)"),
      Flag("for", value: "DURATION", help: "End after so long; else at a signal"),
      Flag("seed", value: "N", help: "Another seed, another story (1)"),
      Flag(
        "heartbeat", value: "DURATION", help: "Between two heartbeats; the timeout is three (10s)"),
      Flag("join-rate", value: "RATE", help: "Joins a minute and client (1)"),
      Flag("leave-rate", value: "RATE", help: "Leaves a minute and client (1)"),
      Flag("vanish-rate", value: "RATE", help: "Vanishings a minute and client (0.2)"),
      Flag("away", value: "DURATION", help: "Mean time until who vanished is back (20s)"),
      Flag("users", value: "N", help: "Every second client belongs to one of N users (0)"),
      Flag("prefix", value: "TEXT", help: "What client ids begin with (sim-)"),
      Flag("quiet", "q", help: "No progress on standard error"),
    ] + BrokerAccess.flags.filter { $0.name != "id" }

  private let access: BrokerAccess
  private let plan: FleetPlan
  private let limit: Duration?
  private let isQuiet: Bool

  private static let reportInterval = Duration.seconds(5)
  private static let goodbyeLimit = Duration.seconds(15)
  private static let turn = Duration.milliseconds(100)

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    try Self.expectNoOperands(arguments)
    access = try BrokerAccess(arguments)
    plan = try FleetPlan(arguments)
    limit = try arguments.duration("for")
    isQuiet = arguments.contains("quiet")
  }

  func run() throws(ProgramError) {
    try makeRoomForDescriptors()
    let signals = try attempt { () throws(MQTTError) in
      try SignalDescriptor([SIGINT, SIGTERM, SIGHUP])
    }
    stopWaitingForReaders(at: signals.descriptor)
    let fleet = try attempt { () throws(FleetError) in
      try SimulatedFleet(plan: plan, root: access.root, template: template)
    }
    let leftBehind = try attempt { () throws(FleetError) in
      try live(fleet, signals)
      return try fleet.sayGoodbye(within: Self.goodbyeLimit) { signals.next() != nil }
    }
    if !isQuiet, leftBehind == 0 { complain("\(fleet.now.brief): everybody has left") }
    try judge(fleet.progress, leftBehind: leftBehind)
  }

  private func live(_ fleet: SimulatedFleet, _ signals: SignalDescriptor) throws(FleetError) {
    var nextReport = Self.reportInterval
    while signals.next() == nil, fleet.now < limit ?? .seconds(1 << 40) {
      try fleet.turn(upTo: Self.turn)
      guard fleet.now >= nextReport else { continue }
      report(fleet.progress, at: fleet.now)
      nextReport += Self.reportInterval
    }
  }

  private func judge(_ progress: FleetProgress, leftBehind: Int) throws(ProgramError) {
    if progress.connects == 0, progress.clients > 0 {
      throw .failed("\(access.place): nobody could connect: \(progress.lastError ?? "no answer")")
    }
    if leftBehind > 0 {
      throw .failed("\(counted(leftBehind, "client")) may have left a retained status behind")
    }
  }

  private func report(_ progress: FleetProgress, at now: Duration) {
    guard !isQuiet else { return }
    let trouble = progress.errors == 0 ? "" : " (\(printable(progress.lastError ?? "")))"
    complain(
      "\(now.brief): \(progress.online) of \(progress.clients) online, \(progress.beats) beats, "
        + "\(progress.joins) joins, \(progress.leaves) leaves, "
        + "\(progress.cut + progress.hung) vanished, \(progress.errors) errors\(trouble)")
  }

  /// A keep-alive longer than usual, as devices have it: who hangs is missed by its heartbeats first.
  private var template: ConnectionOptions {
    var options = access.options
    options.keepAlive = .seconds(60)
    return options
  }

  /// Three descriptors a connection, and some for everything else.
  private func makeRoomForDescriptors() throws(ProgramError) {
    let needed = plan.clients * 3 + 32
    let allowed = raiseDescriptorLimit(to: needed)
    guard allowed < needed else { return }
    throw .failed(
      "\(plan.clients) clients need \(needed) open descriptors and \(allowed) are allowed: "
        + "raise the limit (ulimit -Hn), or use --clients \((allowed - 32) / 3)")
  }
}

extension FleetPlan {
  init(_ arguments: ParsedArguments) throws(ProgramError) {
    self.init()
    clients = try arguments.integer("clients", in: 1...1_000_000) ?? clients
    rooms = try arguments.integer("rooms", in: 1...1_000_000) ?? rooms
    seed = try arguments.integer("seed", in: 0...Int.max).map(UInt64.init) ?? seed
    joinRate = try arguments.rate("join-rate") ?? joinRate
    leaveRate = try arguments.rate("leave-rate") ?? leaveRate
    vanishRate = try arguments.rate("vanish-rate") ?? vanishRate
    users = try arguments.integer("users", in: 0...1_000_000) ?? users
    heartbeat = try arguments.duration("heartbeat") ?? heartbeat
    away = try arguments.duration("away") ?? away
    prefix = arguments["prefix"] ?? prefix
    guard heartbeat >= .milliseconds(100) else {
      throw .usage("--heartbeat: at least 100ms")
    }
    guard Names.problem(ofLevel: (prefix + "1").utf8) == nil else {
      throw .usage("--prefix '\(printable(prefix))': it begins a client id: no /, + or #")
    }
  }
}
