import Foundation

/// Programs that a benchmark starts beside itself, and ends with itself.
final class Child {
  private let process = Process()

  init(
    _ program: String, _ arguments: [String], output: Pipe? = nil, isQuiet: Bool = false
  ) throws(BenchError) {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = isQuiet ? FileHandle.nullDevice : FileHandle.standardError
    if let output { process.standardOutput = output }
    do { try process.run() } catch { throw BenchError("\(program) does not start: \(error)") }
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  func waitUntilExit() { process.waitUntilExit() }

  /// What the process has used of the processors, in nanoseconds (proc(5), `schedstat`).
  var processorTime: Int64 {
    let path = "/proc/\(process.processIdentifier)/schedstat"
    let text = (try? String(contentsOfFile: path, encoding: .ascii)) ?? ""
    return text.split(separator: " ").first.flatMap { Int64($0) } ?? 0
  }
}

/// A folder of its own, gone with the benchmark.
final class Workplace {
  let path: String

  init() throws(BenchError) {
    path = NSTemporaryDirectory() + "rollcall-bench-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw BenchError("\(path): \(error)") }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ lines: [String]) throws(BenchError) -> String {
    let file = "\(path)/\(name)"
    do {
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: file, atomically: true, encoding: .utf8)
    } catch { throw BenchError("\(file): \(error)") }
    return file
  }

  /// A mosquitto of our own that drops nothing, on a free port.
  func broker(port: Int) throws(BenchError) -> Child {
    let file = try write(
      "mosquitto-\(port).conf",
      [
        "listener \(port) 127.0.0.1", "allow_anonymous true", "user root", "persistence false",
        "max_queued_messages 0", "max_inflight_messages 1000", "set_tcp_nodelay true",
        "log_dest none",
      ])
    let found = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
    guard let program = found.first(where: FileManager.default.isExecutableFile) else {
      throw BenchError("mosquitto is not installed")
    }
    return try Child(program, ["-c", file], isQuiet: true)
  }

  func bridge(port: Int, _ lines: [String]) throws(BenchError) -> Child {
    let file = try write(
      "rollcall-\(port).conf",
      ["broker mqtt://127.0.0.1:\(port)", "database \(path)/\(port).db", "log_level warning"]
        + lines)
    return try Child(beside("rollcall"), ["run", "--config", file])
  }
}

/// Another program of this package: it stands beside this one.
func beside(_ name: String) -> String {
  let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
  return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
}
