var b = EngineBenchmark(clients: Int(CommandLine.arguments[1]) ?? 100_000, rooms: Int(CommandLine.arguments[2]) ?? 1000)
b.run()
