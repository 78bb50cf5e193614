import Foundation
import MQTT
import TestSupport
import Testing

/// Questions to a bridge on a real broker.
@Suite struct QuestionTests {
  /// A client that asks on `presence/query`.
  private struct Asker {
    let client: TestClient
    let topic: String

    init(_ site: Site, _ name: String = "asker") throws {
      client = TestClient(site.broker, id: name) { $0.protocolVersion = site.version }
      topic = "presence/answers/\(name)"
      try client.connect()
      try client.subscribe(topic)
    }

    func ask(_ question: String) throws -> String {
      guard client.options.protocolVersion == .v311 else {
        return try client.ask("presence/query", question, answerTopic: topic).text
      }
      client.messages.removeAll()
      try client.publish("presence/query", question.dropLast() + #","reply":"\#(topic)"}"#)
      return try client.wait(forMessage: topic).text
    }
  }

  private func time(in text: String) -> String {
    text.replacing(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/, with: "TIME")
  }

  @Test(arguments: [ProtocolVersion.v5, .v311])
  func `each kind of question is answered`(version: ProtocolVersion) throws {
    let site = try Site(version)
    for (name, room) in [("b", "lab"), ("a", "lab"), ("c", "lab"), ("a", "lab/2"), ("d", "hall")] {
      try site.device(name).join(room)
    }
    try site.wait("lab", holds: "a", "b", "c")
    try site.flush()
    let asker = try Asker(site)
    let answers = [
      (
        #"{"members":{"room":"lab","limit":2}}"#,
        #"{"members":{"room":"lab","count":3,"members":[{"client":"a","since":TIME},"#
          + #"{"client":"b","since":TIME}],"more":true}}"#
      ),
      (
        #"{"members":{"room":"lab","after":{"client":"b"}},"id":"7"}"#,
        #"{"id":"7","members":{"room":"lab","count":3,"members":[{"client":"c","since":TIME}],"more":false}}"#
      ),
      (
        #"{"members":{"room":"nowhere"}}"#,
        #"{"members":{"room":"nowhere","count":0,"members":[],"more":false}}"#
      ),
      (
        #"{"rooms_of":{"client":"a"},"id":8}"#,
        #"{"id":8,"rooms_of":{"client":"a","since":TIME,"rooms":["lab","lab/2"],"more":false}}"#
          .replacing(#","more":false"#, with: "")
      ),
      (
        #"{"rooms_of":{"client":"a","user":"ann"}}"#,
        #"{"rooms_of":{"client":"a","user":"ann","rooms":[]}}"#
      ),
      (
        #"{"rooms":{"prefix":"lab"}}"#,
        #"{"rooms":{"prefix":"lab","rooms":[{"room":"lab","count":3},{"room":"lab/2","count":1}],"more":false}}"#
      ),
      (
        #"{"rooms":{"prefix":"","after":"hall","limit":1}}"#,
        #"{"rooms":{"prefix":"","rooms":[{"room":"lab","count":3}],"more":true}}"#
      ),
      (#"{"history":{"room":"nowhere"}}"#, #"{"error":"no history of such a room"}"#),
      ("{}", #"{"error":"ask one of members, rooms_of, rooms and history"}"#),
    ]
    for (question, answer) in answers {
      // 3.1.1 adds the reply to an object that is not empty.
      if version == .v311, question == "{}" { continue }
      #expect(time(in: try asker.ask(question)) == answer)
    }
    let history = try asker.ask(#"{"history":{"room":"lab","since":"1h","step":"1m"}}"#)
    #expect(
      time(in: history).contains(
        #"{"history":{"room":"lab","step":60,"points":[{"at":TIME,"min":0,"max":3,"mean":"#))
    #expect(try site.bridge.stop() == .code(0))
  }

  @Test func `answers go nowhere that is the bridge's own, or not a topic`() throws {
    let site = try Site()
    let asker = try Asker(site)
    let forbidden = [
      "presence/count/lab", "presence/clients/x/status", "presence", "presence/answers",
      "presence/bridge/status", "$SYS/x", "a/+", "#", "a//b",
    ]
    for topic in forbidden {
      try asker.client.publish("presence/query", #"{"rooms":{},"reply":"\#(topic)"}"#)
    }
    try asker.client.publish("presence/query", #"{"rooms":{}}"#)
    #expect(try asker.ask(#"{"rooms":{}}"#).hasPrefix(#"{"rooms":"#))
    try site.wait(forStats: "what was refused") { $0.invalid == forbidden.count + 1 }
    #expect(site.observer.messages("count/lab").isEmpty)
    #expect(try site.retained()["bridge/status"]?.text == "online")
  }

  @Test func `an answer comes at the QoS that is asked for, and is not retained`() throws {
    let site = try Site()
    let asker = try Asker(site)
    for qos in [0, 1] {
      _ = try asker.ask(#"{"rooms":{},"qos":\#(qos)}"#)
      #expect(asker.client.messages.last?.qos == Int32(qos))
    }
    #expect(try site.retained().keys.contains { $0.hasPrefix("answers") } == false)
  }

  @Test func `who asks too much goes without answers, and others do not`() throws {
    let site = try Site()
    let (greedy, modest) = (try Asker(site, "greedy"), try Asker(site, "modest"))
    for _ in 0..<400 {
      try greedy.client.connection?.publish(
        Array("presence/query".utf8), Array(#"{"rooms":{}}"#.utf8), qos: .atLeastOnce,
        request: RequestProperties(responseTopic: greedy.topic))
    }
    try greedy.client.publish("elsewhere", "behind them")
    #expect(try modest.ask(#"{"rooms":{}}"#).hasPrefix(#"{"rooms":"#))
    func figure(_ name: String) throws -> Int {
      guard let text = site.observer.messages("bridge/stats").last?.text else { return -1 }
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return object?[name] as? Int ?? -1
    }
    try site.wait(for: "the questions to be counted") { try figure("queries") == 401 }
    #expect(try figure("queries_limited") > 0)
    #expect(try figure("queries_limited") < 400)
  }

  @Test func `members lists all of a large room where it may ask`() throws {
    let site = try Site(.v5, ["members_limit": "3"])
    for number in 0..<8 { try site.device("m\(number)").join("lab") }
    try site.wait(for: "all to be there") { site.observer.count("lab") == 8 }
    let all = try ProgramRun.run("members", on: site.broker, "lab", "--json")
    #expect(all.lines.count == 8)
    #expect(all.errors.isEmpty)
    let some = try ProgramRun.run("members", on: site.broker, "lab", "-V", "311")
    #expect(some.lines.last?.hasPrefix("… and 5 more") == true)
  }
}
