import Foundation
import TestSupport

@testable import rollcall

/// The program as a person runs it: a process, its exit status and what it prints.
enum ProgramRun {
  struct Result {
    var status: ChildProcess.Exit?
    var lines: [String]
    var errors: String
  }

  static func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(ChildProcess.built("rollcall"), arguments)
  }

  static func run(_ arguments: String...) throws -> Result {
    let child = try start(arguments)
    let status = child.waitForExit(limit: .seconds(20))
    return Result(status: status, lines: lines(child.output), errors: child.errors)
  }

  /// Against a broker.
  static func run(_ command: String, on broker: TestBroker, _ arguments: String...) throws -> Result
  {
    let child = try start([command, "-p", String(broker.port)] + arguments)
    let status = child.waitForExit(limit: .seconds(20))
    return Result(status: status, lines: lines(child.output), errors: child.errors)
  }

  static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}

extension TestBroker {
  /// Puts retained messages under `presence/`, as a bridge would.
  func retain(_ messages: [(topic: String, payload: String)], as user: String? = nil) throws {
    let client = TestClient(self, id: "bridge") {
      $0.username = user
      $0.password = user
    }
    try client.connect()
    for message in messages {
      try client.publish("presence/" + message.topic, message.payload, retain: true)
    }
    try client.disconnect()
  }
}
