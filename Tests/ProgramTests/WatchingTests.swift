import Glibc
import TestSupport
import Testing

@testable import rollcall

/// `watch` as a process, on a pipe, against a real broker.
@Suite struct WatchingTests {
  private func watch(_ broker: TestBroker, _ arguments: String...) throws -> ChildProcess {
    try ProgramRun.start(["watch", "-p", String(broker.port)] + arguments)
  }

  private func words(_ child: ChildProcess) -> [String] {
    ProgramRun.lines(child.output).map { String($0.dropFirst("00:00:00 ".count)) }
  }

  private func wait(_ child: ChildProcess, for line: String) throws {
    guard waitUntil({ words(child).contains(line) }) else {
      throw TestFailure("no '\(line)' in \(child.output) \(child.errors)")
    }
  }

  @Test func linesTellThePresentStateAndThenTheChanges() throws {
    let broker = try TestBroker()
    try broker.retain([("bridge/status", "online"), ("count/lab", "1")])
    let child = try watch(broker)
    try wait(child, for: "lab 1")
    let bridge = TestClient(broker, id: "bridge")
    try bridge.connect()
    try bridge.publish(
      "presence/events/lab",
      #"{"count":2,"added":[{"client":"phone","reason":"joined"}],"removed":[]}"#)
    try bridge.publish("presence/count/lab", "2", retain: true)
    try bridge.publish("presence/count/attic", "1", retain: true)
    try bridge.publish("presence/count/attic", "", retain: true)
    try wait(child, for: "attic gone")
    child.send(SIGINT)
    #expect(child.waitForExit() == .code(0))
    #expect(
      words(child) == ["bridge online", "lab 1", "lab 2 +phone", "attic 1", "attic gone"])
  }

  @Test func someRoomsOnly() throws {
    let broker = try TestBroker()
    try broker.retain([
      ("bridge/status", "online"), ("count/a/1", "1"), ("count/a/2", "2"), ("count/b", "3"),
      ("count/c", "4"),
    ])
    let child = try watch(broker, "a/#", "b", "--for", "500ms")
    #expect(child.waitForExit() == .code(0))
    #expect(words(child) == ["bridge online", "a/1 1", "a/2 2", "b 3"])
  }

  @Test func aLostConnectionIsMadeAgain() throws {
    let broker = try TestBroker()
    try broker.retain([("bridge/status", "online"), ("count/lab", "1"), ("count/old", "1")])
    let child = try watch(broker)
    try wait(child, for: "old 1")
    try broker.kill()
    #expect(waitUntil { words(child).contains { $0.hasPrefix("disconnected: ") } })
    try broker.start()
    try broker.retain([("bridge/status", "online"), ("count/lab", "5")])
    try wait(child, for: "old gone")
    try wait(child, for: "lab 5")
    #expect(words(child).contains("connected"))
    child.send(SIGTERM)
    #expect(child.waitForExit() == .code(0))
  }

  @Test func aFirstConnectionThatFailsEndsIt() throws {
    let result = try ProgramRun.run("watch", "-p", String(TestPort.free()))
    #expect(result.status == .code(1))
    #expect(result.errors.contains("Connection refused"))
  }

  @Test func usageIsExplained() throws {
    for arguments in [["nonsense"], ["watch", "a//b"], ["members"], ["rooms", "lab"], []] {
      let child = try ProgramRun.start(arguments)
      #expect(child.waitForExit() == .code(2))
      #expect(child.errors.contains("--help'"))
    }
    for arguments in [["--help"], ["help", "watch"], ["simulate", "--help"], ["--version"]] {
      let child = try ProgramRun.start(arguments)
      #expect(child.waitForExit() == .code(0))
      #expect(!child.output.isEmpty && child.errors.isEmpty)
    }
  }

  @Test func checkNamesEveryProblemAndItsLine() throws {
    let directory = try TemporaryDirectory()
    let bad = try directory.write("root presence\nnonsense 1\nkeepalive soon\n", to: "bad.conf")
    let result = try ProgramRun.run("check", "--config", bad)
    #expect(result.status == .code(1))
    let problems = ProgramRun.lines(result.errors)
    #expect(problems.count == 2)
    #expect(problems.first?.hasPrefix("\(bad):2: ") == true)
    #expect(problems.last?.hasPrefix("\(bad):3: ") == true)
    let good = try directory.write("root site\n", to: "good.conf")
    let checked = try ProgramRun.run("check", "--config", good)
    #expect(checked.status == .code(0))
    #expect(checked.lines.first?.contains("root site") == true)
  }
}
