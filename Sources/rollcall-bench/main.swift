import Glibc

let usage = """
  Usage: rollcall-bench engine --clients N [--rooms M]
         rollcall-bench floor [--port N] [--qos 0|1]
         rollcall-bench heartbeats [--pairs N] [--messages N] [--clients N]

  Each result is one JSON object a line on standard output; progress goes to standard error.

    engine      the engine alone: topic and payload bytes in, no socket
    floor       a subscriber through libmosquitto that does nothing, until a message on presence/bench/end
    heartbeats  a million heartbeats through a mosquitto of its own into the bridge and into the floor, in turn
  """

do throws(BenchError) {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  switch options.command {
  case "engine":
    let clients = try options.number("clients", default: 100_000)
    var benchmark = EngineBenchmark(
      clients: clients, rooms: try options.number("rooms", default: max(1, clients / 100)))
    benchmark.run()
  case "floor":
    try FloorBenchmark.run(
      port: try options.number("port", default: 1883),
      qos: Int32(try options.number("qos", default: 0)),
      messages: try options.number("messages", default: 0))
  case "heartbeats":
    try HeartbeatBenchmark(
      pairs: try options.number("pairs", default: 5),
      messages: try options.number("messages", default: 1_000_000),
      clients: try options.number("clients", default: 10_000)
    ).run()
  default:
    print(usage)
    exit(options.command == "--help" ? 0 : 2)
  }
} catch {
  progress("rollcall-bench: \(error)")
  exit(1)
}
