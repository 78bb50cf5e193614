import Glibc
import TestSupport

/// `rollcall run` as a process of its own, with its configuration and its database in a directory of its own.
///
/// It may be ended and started again any number of times; configuration and database stay. It is killed when the
/// last reference goes.
final class BridgeProcess {
  /// Short intervals, so that a test need not wait long for what the defaults would take.
  static let quickSettings = [
    "heartbeat_timeout": "60s", "offline_grace": "50ms", "restart_grace": "2s",
    "publish_interval": "50ms", "stats_interval": "100ms", "reconnect_min": "50ms",
    "reconnect_max": "400ms", "keepalive": "5s", "log_level": "info",
  ]

  let directory: TemporaryDirectory
  let database: String
  private(set) var child: ChildProcess
  private let configuration: String
  private let settings: String

  /// Writes the configuration and starts the program. `settings` win over ``quickSettings``; `sources` are the
  /// lines behind them.
  init(port: Int, _ settings: [String: String] = [:], sources: String = "") throws {
    directory = try TemporaryDirectory()
    var all = Self.quickSettings
    all["broker"] = "mqtt://127.0.0.1:\(port)"
    all["database"] = directory.file("rollcall.db")
    all.merge(settings) { $1 }
    database = all["database"] ?? ""
    let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
    self.settings = lines.joined()
    configuration = try directory.write(self.settings + sources, to: "rollcall.conf")
    child = try Self.start(configuration, in: directory)
  }

  /// Starts the program with a configuration that is written already, whatever is in it.
  static func start(_ configuration: String, in directory: TemporaryDirectory) throws
    -> ChildProcess
  {
    try ChildProcess(
      ChildProcess.built("rollcall"), ["run", "--config", configuration],
      workingDirectory: directory.path)
  }

  /// Starts it with a descriptor of the test's as its standard error.
  func start(errors: Int32) throws {
    child = try ChildProcess(
      ChildProcess.built("rollcall"), ["run", "--config", configuration],
      workingDirectory: directory.path, descriptors: [2: errors])
  }

  /// Starts it by a line of the shell, in which `$0 run --config $1` is the program.
  func start(shell line: String) throws {
    child = try ChildProcess(
      "/bin/sh", ["-c", line, ChildProcess.built("rollcall"), configuration],
      workingDirectory: directory.path)
  }

  /// Whether it has taken in what the broker holds and publishes what changes.
  var isLive: Bool { child.errors.contains("live on") }

  /// What it has said since its last start.
  var log: String { child.output + child.errors }

  /// Takes effect at the next start.
  func replace(sources: String) throws {
    _ = try directory.write(settings + sources, to: "rollcall.conf")
  }

  func start() throws {
    child = try Self.start(configuration, in: directory)
  }

  /// Ends it with SIGTERM and returns how it ended.
  @discardableResult
  func stop(limit: Duration = .seconds(10)) throws -> ChildProcess.Exit {
    child.send(SIGTERM)
    return try waitForExit(limit: limit)
  }

  /// Ends it with SIGKILL, as a crash would.
  func kill() throws {
    child.send(SIGKILL)
    _ = try waitForExit()
  }

  func pause() { child.send(SIGSTOP) }

  func resume() { child.send(SIGCONT) }

  func waitForExit(limit: Duration = .seconds(10)) throws -> ChildProcess.Exit {
    guard let exit = child.waitForExit(limit: limit) else {
      throw TestFailure("the bridge still runs: \(log)")
    }
    return exit
  }
}
