import Foundation
import Glibc
import TestSupport
import Testing

/// A name server that never answers.
@Suite(.serialized)
struct ResolvingTests {
  private let resolver: HangingResolver

  init() throws { resolver = try HangingResolver() }

  @Test(
    "The bridge ends cleanly at once, and until then says why it has no broker",
    arguments: [SIGTERM, SIGINT])
  func bridge(signal: Int32) throws {
    let directory = try TemporaryDirectory()
    let configuration = try directory.write(
      """
      broker mqtt://broker.example:1883
      database :memory:
      keepalive 5s

      """, to: "rollcall.conf")
    let bridge = try resolver.start("run", "--config", configuration)
    #expect(
      waitUntil(limit: .seconds(20)) {
        bridge.errors.contains("no answer from the name server within 5 s; trying again")
      })
    bridge.send(signal)
    #expect(bridge.waitForExit(limit: .seconds(1)) == .code(0))
  }

  @Test("A command gives up in its time")
  func timeout() throws {
    let rooms = try resolver.start("rooms", "-h", "broker.example", "-W", "500ms")
    #expect(rooms.waitForExit(limit: .seconds(3)) == .code(1))
    #expect(rooms.errors.contains("no complete answer within 0.5 seconds"))
  }

  @Test(
    "Every command ends at SIGINT",
    arguments: [
      ("watch", ChildProcess.Exit.code(0)), ("simulate", .code(1)), ("rooms", .signal(SIGINT)),
    ])
  func interrupted(command: String, exit: ChildProcess.Exit) throws {
    let child = try resolver.start(command, "-h", "broker.example")
    #expect(waitUntil { child.threads > 1 })
    child.send(SIGINT)
    #expect(child.waitForExit(limit: .seconds(2)) == exit)
  }
}

extension ChildProcess {
  fileprivate var threads: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task").count) ?? 0
  }
}
