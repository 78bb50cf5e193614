import Glibc
import TestSupport
import Testing

@testable import rollcall

@Suite struct SimulatingTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsItAndNothingStaysBehind(signal: Int32) throws {
    let broker = try TestBroker()
    let child = try ProgramRun.start([
      "simulate", "-p", String(broker.port), "--clients", "20", "--vanish-rate", "60",
    ])
    let reader = TestClient(broker, id: "reader")
    try reader.connect()
    try reader.subscribe("presence/#")
    try reader.wait(for: "twenty births") { client in
      Set(client.messages.filter { $0.text.contains(#""online""#) }.map(\.topic)).count == 20
    }
    child.send(signal)
    #expect(child.waitForExit(limit: .seconds(20)) == .code(0))
    let late = TestClient(broker, id: "late")
    try late.connect()
    try late.subscribe("presence/#")
    try late.publish("presence/end", "")
    try late.wait(forMessage: "presence/end")
    #expect(late.messages.count == 1)
  }

  @Test func whenNobodyCanConnectItFails() throws {
    let port = String(try TestPort.free())
    let result = try ProgramRun.run("simulate", "-p", port, "--for", "300ms")
    #expect(result.status == .code(1))
    #expect(result.errors.contains("nobody could connect"))
  }

  @Test(arguments: [
    ["--clients", "0"], ["--rooms", "x"], ["--heartbeat", "1ms"], ["--join-rate", "-1"],
    ["--prefix", "a/b"], ["operand"],
  ])
  func whatCannotBeIsRefused(arguments: [String]) throws {
    let child = try ProgramRun.start(["simulate"] + arguments)
    #expect(child.waitForExit() == .code(2))
  }
}
