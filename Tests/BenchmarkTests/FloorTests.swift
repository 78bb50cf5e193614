import Foundation
import TestSupport
import Testing

@Suite struct FloorTests {
  @Test(arguments: [0, 1])
  func `the floor counts what comes until the end`(qos: Int) throws {
    let broker = try TestBroker()
    let watcher = TestClient(broker, id: "watcher")
    try watcher.connect()
    try watcher.subscribe("ready")
    let floor = try ChildProcess(
      ChildProcess.built("rollcall-bench"),
      ["floor", "--port", "\(broker.port)", "--qos", "\(qos)"])
    try watcher.wait(forMessage: "ready")
    for _ in 1...3 { try watcher.publish("presence/clients/pump/heartbeat", "") }
    try watcher.publish("presence/bench/end", "")
    #expect(floor.waitForExit() == .code(0))
    let object = try JSONSerialization.jsonObject(with: Data(floor.output.utf8)) as? [String: Any]
    #expect(object?["name"] as? String == "floor")
    #expect(object?["clients"] as? Int == 0)
    #expect(object?["messages"] as? Int == 4)
  }
}
