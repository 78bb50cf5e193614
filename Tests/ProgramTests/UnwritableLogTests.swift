import Foundation
import Glibc
import TestSupport
import Testing

/// Whatever becomes of its standard error, the bridge is there, and says in its stats how many lines were lost.
@Suite(.serialized)
struct UnwritableLogTests {
  private func waitUntilOnline(_ site: Site) throws {
    try site.wait(for: "online", limit: .seconds(20)) {
      site.observer.newest("bridge/status")?.text == "online"
    }
  }

  /// Starts the bridge of a site anew by a line of the shell.
  private func restart(_ site: Site, _ line: String) throws {
    #expect(try site.bridge.stop() == .code(0))
    site.observer.forget()
    try site.bridge.start(shell: line)
    try waitUntilOnline(site)
  }

  @Test(
    "Full, closed, or without a reader, it costs lines and nothing else",
    arguments: [
      "exec $0 run --config $1 2>/dev/full", "exec $0 run --config $1 2>&-",
      "{ exec $0 run --config $1; } 2>&1 >/dev/null | :",
      "exec $0 run --config $1 <&- >&- 2>&-",
    ])
  func lost(line: String) throws {
    let site = try Site()
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try restart(site, line)
    try site.device("valve").join("lab")
    try site.wait("lab", holds: "pump", "valve")
    try site.wait(for: "lost lines") { try site.observer.stats()?.log_lines_lost ?? 0 > 0 }
    try end(site)
    try site.bridge.start()
    try site.waitUntilLive()
    try site.wait("lab", holds: "pump", "valve")
  }

  /// A pipeline's status is that of its last command, and not the bridge's.
  private func end(_ site: Site) throws {
    let database = site.bridge.database
    for process in ChildProcess.processes(withOpen: database) { kill(process, SIGTERM) }
    try site.wait(for: "its end") { ChildProcess.processes(withOpen: database).isEmpty }
    #expect(try site.bridge.waitForExit() == .code(0))
  }

  @Test("A reader that does not read holds nothing up, and is told later how much it has missed")
  func slowReader() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let filler = [UInt8](repeating: 0x2e, count: 65_536)
    #expect(write(ends[1], filler, filler.count) == filler.count)

    let site = try Site()
    #expect(try site.bridge.stop() == .code(0))
    site.observer.forget()
    try site.bridge.start(errors: ends[1])
    try waitUntilOnline(site)
    try site.wait(for: "lost lines") { try site.observer.stats()?.log_lines_lost ?? 0 > 0 }

    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    #expect(read(ends[0], &bytes, bytes.count) == filler.count)
    site.bridge.child.send(SIGHUP)
    var entry = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
    #expect(poll(&entry, 1, 5_000) == 1)
    let count = read(ends[0], &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    #expect(text.contains("lines of this log could not be written before this one"))
    #expect(text.contains("SIGHUP"))
    #expect(try site.bridge.stop() == .code(0))
  }

  @Test("What it says at its end is not waited for either", arguments: ["/nowhere", nil])
  func lastWords(configuration: String?) throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let filler = [UInt8](repeating: 0x2e, count: 65_536)
    #expect(write(ends[1], filler, filler.count) == filler.count)
    let arguments =
      configuration.map { ["run", "--config", $0] } ?? ["simulate", "--clients", "x"]
    let child = try ChildProcess(
      ChildProcess.built("rollcall"), arguments, descriptors: [2: ends[1]])
    #expect(child.waitForExit(limit: .seconds(5)) == .code(configuration == nil ? 2 : 1))
  }

  @Test("A file that may not grow is lost lines, and no end")
  func fileLimit() throws {
    let site = try Site(.v5, ["database": ":memory:"])
    try restart(site, "ulimit -f 0; exec $0 run --config $1")
    try site.wait(for: "lost lines") { try site.observer.stats()?.log_lines_lost ?? 0 > 0 }
    #expect(try site.bridge.stop() == .code(0))
  }
}
