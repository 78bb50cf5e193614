import Foundation
import Glibc

/// A program run by a test, with what it prints kept in files, so that nobody has to read along.
///
/// Spawned without the test's own descriptors (an inherited socket would keep a connection open that the test has
/// cut) and with default signal handling. It is killed when the last reference goes.
public final class ChildProcess {
  /// How a process ended.
  public enum Exit: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  public let id: pid_t
  private let directory: TemporaryDirectory
  private var exit: Exit?

  /// Starts a program given by its path, or by its name when it lies in PATH or a system directory.
  ///
  /// `environment` replaces the test's own; `workingDirectory` nil is the test's own; `descriptors` are handed on,
  /// by the numbers that the program is to know them by.
  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    workingDirectory: String? = nil, descriptors: [Int32: Int32] = [:]
  ) throws {
    directory = try TemporaryDirectory()
    var command = [try Self.find(program)] + arguments
    // posix_spawn has no standard way to change the directory; env(1) becomes the program after it did.
    if let workingDirectory { command = ["/usr/bin/env", "-C", workingDirectory] + command }
    let environment = environment ?? ProcessInfo.processInfo.environment
    id = try spawn(
      command[0], command, environment.map { "\($0.key)=\($0.value)" },
      output: directory.file("stdout"), errors: directory.file("stderr"), descriptors: descriptors)
  }

  deinit {
    if exitIfEnded() == nil {
      Glibc.kill(id, SIGKILL)
      waitpid(id, nil, 0)
    }
  }

  /// Everything that it has printed so far.
  public var output: String { read("stdout") }

  /// Everything that it has printed to its standard error so far.
  public var errors: String { read("stderr") }

  public func send(_ signal: Int32) {
    if exitIfEnded() == nil { Glibc.kill(id, signal) }
  }

  /// How it ended, nil while it runs.
  @discardableResult
  public func exitIfEnded() -> Exit? {
    var status: Int32 = 0
    if exit == nil, waitpid(id, &status, WNOHANG) == id {
      let signal = status & 0x7f
      exit = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
    }
    return exit
  }

  /// Waits for its end; nil when it still runs after `limit`.
  @discardableResult
  public func waitForExit(limit: Duration = .seconds(10)) -> Exit? {
    _ = waitUntil(limit: limit) { exitIfEnded() != nil }
    return exit
  }

  /// Runs a program to its end and returns what it printed; throws unless it exits with 0.
  @discardableResult
  public static func run(_ program: String, _ arguments: [String]) throws -> String {
    let child = try ChildProcess(program, arguments)
    guard child.waitForExit(limit: .seconds(30)) == .code(0) else {
      throw TestFailure("\(program) \(arguments.joined(separator: " ")): \(child.errors)")
    }
    return child.output
  }

  /// The processes of this machine that have a file open, as far as we may look.
  public static func processes(withOpen file: String) -> [pid_t] {
    let manager = FileManager.default
    let all = (try? manager.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.filter { process in
      let folder = "/proc/\(process)/fd"
      let open = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
      return open.contains {
        (try? manager.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == file
      }
    }
  }

  /// The path of a program that this package builds.
  public static func built(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let url = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name)
    guard access(url.path, X_OK) == 0 else { throw TestFailure("\(url.path) is not built") }
    return url.path
  }

  static func find(_ program: String) throws -> String {
    if program.contains("/") { return program }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let directories: [Substring] = path.split(separator: ":") + ["/usr/sbin", "/usr/local/sbin"]
    let candidates = directories.map { "\($0)/\(program)" }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw TestFailure("\(program) is not installed")
    }
    return found
  }

  private func read(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: directory.file(name)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}
