import Bridge
do {
  try runBridge(try Configuration.read(file: CommandLine.arguments[3]))
} catch { print("rollcall: \(error)") }
