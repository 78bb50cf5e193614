import Foundation

/// Programs that a benchmark starts beside itself, and ends with itself.
final class Child {
  private let process = Process()

  init(
    _ program: String, _ arguments: [String], output: Pipe? = nil, isQuiet: Bool = false
  ) throws(BenchError) {
    Interruption.watch()
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

/// Another program of this package: it stands beside this one.
func beside(_ name: String) -> String {
  let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
  return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
}
