import Foundation
import Glibc
import TestSupport
import Testing

/// A command whose output cannot be written ends with 1 and says why.
@Suite(.serialized)
struct UnwritableOutputTests {
  private let site: Site

  init() throws {
    site = try Site()
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
  }

  private static let commands = [
    "rooms", "rooms --json", "rooms --long", "members lab", "members lab --json", "watch --for 2s",
  ]
  private static let lonely = [
    "check", "check --explain a/b on", "help", "help rooms", "--help", "--version", "check --help",
  ]

  private func run(_ command: String, _ redirection: String) throws -> ChildProcess {
    let rollcall = try ChildProcess.built("rollcall")
    let child = try ChildProcess(
      "/bin/sh", ["-c", "\(rollcall) \(command) \(redirection)"],
      workingDirectory: site.bridge.directory.path)
    _ = child.waitForExit(limit: .seconds(20))
    return child
  }

  private func connecting(_ command: String) -> String { "\(command) -p \(site.broker.port)" }

  private var all: [String] {
    Self.commands.map(connecting) + Self.lonely
      + ["history lab --database \(site.bridge.database)"]
  }

  @Test(
    "A full disk is said, and is a failure",
    arguments: [
      (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
    ])
  func full(redirection: String, reason: String) throws {
    for command in all {
      let child = try run(command, redirection)
      #expect(child.exitIfEnded() == .code(1), "\(command): \(child.errors)")
      #expect(child.errors.hasSuffix("rollcall: standard output: \(reason)\n"), "\(command)")
    }
  }

  @Test("A file that may not grow is as a full disk")
  func fileLimit() throws {
    let limited = try ChildProcess(
      "/bin/sh", ["-c", "ulimit -f 0; \(ChildProcess.built("rollcall")) --help"])
    #expect(limited.waitForExit() == .code(1))
  }

  @Test("A reader that has gone is no error")
  func readerGone() throws {
    for command in all {
      let pipeline = try ChildProcess(
        "/bin/sh", ["-c", "{ \(ChildProcess.built("rollcall")) \(command); echo $? >&2; } | :"],
        workingDirectory: site.bridge.directory.path)
      #expect(pipeline.waitForExit(limit: .seconds(20)) == .code(0))
      #expect(waitUntil { pipeline.errors == "0\n" }, "\(command): \(pipeline.errors)")
    }
  }

  @Test("A reader that does not read holds up no signal", arguments: [SIGINT, SIGTERM, SIGHUP])
  func slowReader(signal: Int32) throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let filler = [UInt8](repeating: 0x2e, count: 65_536)
    #expect(write(ends[1], filler, filler.count) == filler.count)
    let child = try ChildProcess(
      ChildProcess.built("rollcall"), ["watch", "-p", String(site.broker.port)],
      descriptors: [1: ends[1]])
    // It is in the midst of writing: that is its only poll of two descriptors.
    #expect(waitUntil { child.isWaitingToWrite })
    child.send(signal)
    #expect(child.waitForExit(limit: .seconds(3)) == .code(0))
  }

  @Test("The benchmark says it as well")
  func benchmark() throws {
    let bench = try ChildProcess.built("rollcall-bench")
    for (redirection, status) in [(">/dev/full", "1\n"), (">&-", "1\n"), ("| :", "0\n")] {
      let child = try ChildProcess(
        "/bin/sh",
        [
          "-c",
          "{ \(bench) rooms --clients 10; echo $? >&2; } 2>status \(redirection); tail -1 status >&2",
        ],
        workingDirectory: site.bridge.directory.path)
      #expect(child.waitForExit(limit: .seconds(60)) == .code(0))
      #expect(child.errors == status, "\(redirection)")
    }
  }
}

extension ChildProcess {
  /// Whether its main thread waits in poll(2) for two descriptors without an end (proc(5), `syscall`).
  fileprivate var isWaitingToWrite: Bool {
    let call = (try? String(contentsOfFile: "/proc/\(id)/syscall", encoding: .utf8)) ?? ""
    let words = call.split(separator: " ")
    return words.count > 3 && words[0] == "7" && words[2] == "0x2"
      && words[3].hasPrefix("0xffffffff")
  }
}
