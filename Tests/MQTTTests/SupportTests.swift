import Glibc
import TestSupport
import Testing

@testable import MQTT

/// What the other tests stand on.
@Suite(.serialized)
struct SupportTests {
  @Test("A child's output, exit status, environment and directory are its own")
  func child() throws {
    let script = "echo $GREETING; pwd; echo oops >&2; exit 3"
    let child = try ChildProcess(
      "sh", ["-c", script], environment: ["GREETING": "hello"], workingDirectory: "/")
    #expect(child.waitForExit() == .code(3))
    #expect(child.output == "hello\n/\n")
    #expect(child.errors == "oops\n")
  }

  @Test("A child ends by a signal, or else runs on")
  func signals() throws {
    let child = try ChildProcess("sleep", ["60"])
    #expect(child.waitForExit(limit: .milliseconds(20)) == nil)
    child.send(SIGTERM)
    #expect(child.waitForExit() == .signal(SIGTERM))
  }

  @Test("A child inherits no descriptor")
  func descriptors() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let listing = try ChildProcess.run("ls", ["/proc/self/fd"])
    #expect(listing.split(separator: "\n").count == 4, "three, and the directory being read")
  }

  @Test("A program that is not there is an error")
  func missing() {
    #expect(throws: TestFailure.self) { try ChildProcess("no-such-program") }
  }

  @Test("A paused broker answers nothing until it is resumed")
  func pausedBroker() throws {
    let broker = try TestBroker()
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.subscribe("echo")
    broker.pause()
    try client.connection?.publish("echo", [1], qos: .atLeastOnce, retain: false)
    #expect(throws: TestFailure.self) {
      try client.wait(for: "echo", limit: .milliseconds(200)) { !$0.messages.isEmpty }
    }
    broker.resume()
    try client.wait(forMessage: "echo")
  }

  @Test("A killed broker comes back on its port, without what it did not save")
  func killedBroker() throws {
    let broker = try TestBroker { $0.persistence = true }
    let client = TestClient(broker, id: "one")
    try client.connect()
    try client.publish("kept", "never saved", retain: true)
    try broker.kill()
    try broker.start()
    try client.connect()
    try client.subscribe("kept", "mark")
    try client.publish("mark", "")
    try client.wait(forMessage: "mark")
    #expect(client.messages.map(\.topic) == ["mark"])
  }

  @Test("An ACL hides what it does not grant")
  func accessControl() throws {
    let broker = try TestBroker {
      $0.users = ["ann": "secret"]
      $0.acl = "user ann\ntopic readwrite open\n"
    }
    let client = TestClient(broker, id: "one") {
      $0.username = "ann"
      $0.password = "secret"
    }
    try client.connect()
    try client.subscribe("#")
    // MQTT 5 section 3.4.2.1: 135 is not authorized.
    #expect(try client.publish("closed", "no") == 135)
    #expect(try client.publish("open", "yes") == 0)
    try client.wait(forMessage: "open")
    #expect(client.messages.map(\.topic) == ["open"])
  }
}
