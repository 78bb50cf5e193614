import Bridge
import Glibc

let usage = """
  Usage: rollcall-bench engine [--clients N] [--rooms M]
         rollcall-bench rooms [--clients N]
         rollcall-bench floor [--port N] [--qos 0|1]
         rollcall-bench heartbeats [--pairs N] [--messages N] [--clients N] [--against COMMAND]
         rollcall-bench qos1 [--pairs N] [--rounds N] [--clients N] [--against COMMAND]
         rollcall-bench load [--own | -h HOST -p PORT -u NAME -P PASSWORD] [--clients N] [--messages N]
                             [--connections N] [--rate N] [--wills N] [--silences N]
         rollcall-bench hold [--clients N] [--timeout SECONDS]
         rollcall-bench hostile [--samples N] [--load NAME]

  Each result is one JSON object a line on standard output; progress goes to standard error.

    engine      the engine alone: topic and payload bytes in, no socket
    rooms       the engine alone: what a join costs in rooms of 10 to N members, with and without the snapshot
    floor       a subscriber through libmosquitto that does nothing, until a message on presence/bench/end
    heartbeats  a million heartbeats through a mosquitto of its own into the bridge and into the floor, in turn
    qos1        joins and leaves at QoS 1, counted when committed, in turn with the floor at QoS 1
    load        births and heartbeats at full speed from few connections, and what a will and a silence take to
                show in a retained count while --rate heartbeats a second come
    hold        how long the bridge's loop is held by a mass expiry, commits with checkpoints, a reconnect with N
                rooms that the broker has kept or lost, and a restart
    hostile     what hostile loads of one connection cost an honest client, from its join to the retained count,
                against the same without the load; 'broker' is the broker's own share

  load measures a broker and a bridge that run, with root 'presence', or with --own some that it starts. For the
  latency of wills the bridge has to run with 'offline_grace 0s', as --own does, or that is what is measured. The
  login has to be allowed to write presence/clients/# and to read presence/count/# and presence/bridge/#. Nothing
  that the load has put there stays.

  COMMAND is a subscriber to compare with, such as 'python3 Sources/rollcall-bench/python/presence.py' (which
  needs paho-mqtt 2). It is given --port N --qos N --messages N, publishes a retained message on the topic ready
  once it is subscribed to presence/#, and ends at presence/bench/end with a line of JSON on standard output that
  has messages and cpu_ns_per_op.
  """

func run(_ options: Options) throws(BenchError) {
  switch options.command {
  case "engine":
    try options.allow(["clients", "rooms"])
    let clients = try options.count("clients", default: 100_000)
    var benchmark = EngineBenchmark(
      clients: clients, rooms: try options.count("rooms", default: max(1, clients / 100)))
    benchmark.run()
  case "rooms":
    try options.allow(["clients"])
    RoomSizeBenchmark(clients: try options.count("clients", default: 100_000)).run()
  case "floor":
    try options.allow(["port", "qos", "messages"])
    try FloorBenchmark.run(
      port: try options.number("port", default: 1883),
      qos: Int32(try options.number("qos", default: 0)),
      messages: try options.number("messages", default: 0))
  case "heartbeats": try runHeartbeats(options)
  case "qos1": try runJoinsAndLeaves(options)
  case "load": try runLoad(options)
  case "hold":
    try options.allow(["clients", "timeout"])
    try HoldBenchmark(
      clients: try options.count("clients", default: 100_000),
      timeout: try options.count("timeout", default: 30)
    ).run()
  case "hostile":
    try options.allow(["samples", "load"])
    try HostileBenchmark(
      samples: try options.count("samples", default: 400), only: options["load"]
    ).run()
  default:
    standardOutput.write(usage + "\n")
    checkOutput()
    exit(options.command == "--help" ? 0 : 2)
  }
}

func runHeartbeats(_ options: Options) throws(BenchError) {
  try options.allow(["pairs", "messages", "clients", "against"])
  let load = HeartbeatLoad(
    messages: try options.count("messages", default: 1_000_000),
    clients: try options.count("clients", default: 10_000))
  try PairBenchmark(
    load: load, pairs: try options.count("pairs", default: 5), against: options["against"]
  ).run()
}

func runJoinsAndLeaves(_ options: Options) throws(BenchError) {
  try options.allow(["pairs", "rounds", "clients", "against"])
  let load = JoinLeaveLoad(
    rounds: try options.count("rounds", default: 40),
    clients: try options.count("clients", default: 10_000))
  try PairBenchmark(
    load: load, pairs: try options.count("pairs", default: 5), against: options["against"]
  ).run()
}

func runLoad(_ options: Options) throws(BenchError) {
  try options.allow([
    "own", "host", "port", "username", "pw", "clients", "messages", "connections", "rate", "wills",
    "silences",
  ])
  var plan = LoadBenchmark.Plan()
  plan.clients = try options.count("clients", default: plan.clients)
  plan.messages = try options.count("messages", default: plan.messages)
  plan.connections = try options.count("connections", default: plan.connections)
  plan.rate = try options.number("rate", default: plan.rate)
  plan.wills = try options.count("wills", default: plan.wills)
  plan.silences = try options.count("silences", default: plan.silences)
  guard options["own"] != nil else {
    return try LoadBenchmark(try Target(options), plan).run()
  }
  let site = try OwnSite(["offline_grace 0s", "stats_interval 500ms"])
  try LoadBenchmark(site.target, plan).run()
  withExtendedLifetime(site) {}
}

/// Ends with 1 when a result could not be written, and says why. A reader that has gone, as `| head`, is no error.
func checkOutput() {
  switch standardOutput.finish() {
  case .failed(let reason):
    progress("rollcall-bench: standard output: \(reason)")
    exit(1)
  case .readerGone: exit(0)
  case nil: break
  }
}

holdStandardDescriptors()
for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
do throws(BenchError) {
  let arguments = Array(CommandLine.arguments.dropFirst())
  try run(try Options(arguments.contains("--help") ? ["--help"] : arguments))
  checkOutput()
} catch {
  checkOutput()
  progress("rollcall-bench: \(error)")
  exit(error.isUsage ? 2 : 1)
}
