import Foundation
import TestSupport
import Testing

/// Every benchmark runs to its end, with tiny sizes, and says what it should. What it measures is not looked at:
/// that is for a quiet machine.
@Suite(.serialized)
struct BenchmarkTests {
  /// The names of the results, in order; each line has to be an object with a name and a number of clients.
  private func results(_ arguments: String...) throws -> [String] {
    let child = try ChildProcess(ChildProcess.built("rollcall-bench"), arguments)
    let exit = child.waitForExit(limit: .seconds(300))
    #expect(exit == .code(0), "\(child.errors)")
    return try child.output.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let result = try #require(object, "\(line)")
      #expect(result["clients"] is Int, "\(line)")
      return try #require(result["name"] as? String, "\(line)")
    }
  }

  @Test func `the engine`() throws {
    let names = try results("engine", "--clients", "1000")
    let all: Set = [
      "memory", "join", "heartbeat", "tick_idle", "publish", "commit", "restore", "expire", "leave",
    ]
    #expect(all.subtracting(names) == [])
    #expect(names.count { $0 == "publish" } == 3)
  }

  @Test func `rooms of different sizes`() throws {
    let names = try results("rooms", "--clients", "100")
    #expect(names == ["room_join", "room_join_published", "room_join", "room_join_published"])
  }

  @Test func `heartbeats in pairs with the floor`() throws {
    let names = try results("heartbeats", "--pairs", "1", "--messages", "500", "--clients", "20")
    #expect(names == ["heartbeats_floor", "heartbeats_bridge", "heartbeats_ratio"])
  }

  @Test func `heartbeats against another command`() throws {
    let floor = try ChildProcess.built("rollcall-bench") + " floor"
    let names = try results(
      "heartbeats", "--pairs", "1", "--messages", "500", "--clients", "20", "--against", floor)
    #expect(names.suffix(2) == ["heartbeats_against", "heartbeats_against_ratio"])
  }

  @Test func `joins and leaves at QoS 1`() throws {
    let names = try results("qos1", "--pairs", "1", "--rounds", "4", "--clients", "50")
    #expect(names == ["qos1_floor", "qos1_bridge", "qos1_ratio"])
  }

  @Test func `a load and its latencies`() throws {
    let names = try results(
      "load", "--own", "--clients", "50", "--messages", "500", "--rate", "500", "--wills", "5",
      "--silences", "5")
    #expect(
      names == ["load_births", "load_heartbeats", "load_will_latency", "load_silence_latency"])
  }

  @Test func `what holds the loop`() throws {
    let names = try results("hold", "--clients", "100", "--timeout", "5")
    #expect(
      names == [
        "hold_commits", "hold_reconnect_kept", "hold_expire", "hold_reconnect_lost",
        "hold_restart",
      ])
  }

  @Test(arguments: [["--help"], ["engine", "--help"], ["load", "--own", "--help"]])
  func `help is given wherever it is asked for`(arguments: [String]) throws {
    let child = try ChildProcess(ChildProcess.built("rollcall-bench"), arguments)
    #expect(child.waitForExit() == .code(0))
    #expect(child.output.hasPrefix("Usage: rollcall-bench"))
  }

  @Test(arguments: [
    ["engine", "--clients", "0"], ["engine", "--clients", "x"], ["load", "--pairs", "1"],
    ["heartbeats", "--messages"], ["rooms", "100"], ["engine", "--clients", "99999999999999"],
  ])
  func `what cannot be is refused`(arguments: [String]) throws {
    let child = try ChildProcess(ChildProcess.built("rollcall-bench"), arguments)
    #expect(child.waitForExit() == .code(2))
    #expect(child.output.isEmpty)
    #expect(child.errors.hasPrefix("rollcall-bench: "))
  }
}
