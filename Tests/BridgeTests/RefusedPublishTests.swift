import Presence
import Testing

@testable import Bridge

/// What the broker refuses to take is published again, with growing pauses.
@Suite struct RefusedPublishTests {
  private func refusing(_ topics: Set<String>) throws -> LoopStage {
    let stage = try LoopStage()
    stage.run()
    stage.broker.refusal = { topics.contains($0) ? 135 : nil }
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.run()
    return stage
  }

  @Test(arguments: ["presence/count/lab", "presence/occupancy/lab"])
  func `a topic that was refused is true soon after rights were mended`(topic: String) throws {
    let stage = try refusing([topic])
    #expect(stage.broker.retained[topic] == nil)
    #expect(stage.loop.tally.refused == 1)
    let kind = topic.hasSuffix("count/lab") ? "count" : "occupancy"
    #expect(
      stage.log.contains {
        $0.contains("\(topic) (reason 135)") && $0.contains("write presence/\(kind)/#")
      })
    stage.broker.refusal = { _ in nil }
    stage.pass(.milliseconds(1_100))
    #expect(stage.broker.retained[topic] != nil)
    #expect(stage.loop.refusals.count == 0)
  }

  @Test func `it is tried again at its own time, not when something else is due`() throws {
    let stage = try LoopStage()
    stage.pass(.milliseconds(300))
    stage.broker.refusal = { $0 == "presence/count/lab" ? 135 : nil }
    stage.broker.say("presence/clients/a/rooms/lab", "join")
    stage.run()
    stage.broker.refusal = { _ in nil }
    _ = stage.broker.take("presence/count/lab")
    stage.pass(.milliseconds(999))
    #expect(stage.broker.take("presence/count/lab") == [])
    stage.pass(.milliseconds(2))
    #expect(stage.broker.take("presence/count/lab") == ["1"])
  }

  @Test func `while rights are missing it is tried again ever more rarely`() throws {
    let stage = try refusing(["presence/count/lab"])
    _ = stage.broker.take("presence/count/lab")
    stage.pass(.seconds(64))
    // After 1, 3, 7, 15, 31 and 63 seconds.
    #expect(stage.broker.take("presence/count/lab").count == 6)
    stage.pass(.seconds(600))
    #expect(stage.broker.take("presence/count/lab").count == 10)
    #expect(stage.broker.connections == 1)
  }

  @Test(arguments: ["events", "occupancy", "count"])
  func `a broker that hangs up at a refusal is not met with a storm of reconnects`(kind: String)
    throws
  {
    let stage = try LoopStage()
    stage.run()
    stage.broker.hangsUpAtRefusal = true
    stage.broker.refusal = { $0 == "presence/\(kind)/lab" ? 135 : nil }
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.pass(.seconds(600))
    #expect(stage.broker.connections < 25)
  }

  @Test func `an event that was refused does not hold back the next one`() throws {
    let stage = try refusing(["presence/events/lab"])
    stage.broker.refusal = { _ in nil }
    _ = stage.broker.take("presence/events/lab")
    stage.broker.say("presence/clients/b/rooms/lab", "join")
    stage.pass(.milliseconds(200))
    #expect(stage.broker.take("presence/events/lab").count == 1)
    #expect(stage.loop.refusals.count == 0)
  }

  @Test func `a room that is no more is not published again, and its topics are cleared`() throws {
    let stage = try refusing(["presence/count/lab"])
    stage.broker.say("presence/clients/a/status", "")
    stage.pass(.seconds(3_700))
    stage.broker.refusal = { _ in nil }
    stage.pass(.seconds(61))
    #expect(stage.broker.retained.keys.filter { $0.hasSuffix("/lab") }.isEmpty)
    #expect(stage.loop.refusals.count == 0)
  }

  @Test func `one that is accepted lets all the others follow at once`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.refusal = { $0.hasPrefix("presence/count/") ? 135 : nil }
    for number in 0..<100 {
      stage.broker.say("presence/clients/c\(number)/rooms/r\(number)", "join")
    }
    stage.run()
    stage.pass(.seconds(120))
    #expect(stage.loop.refusals.count == 100)
    stage.broker.refusal = { _ in nil }
    stage.pass(.seconds(61))
    #expect(stage.loop.refusals.count == 0)
    #expect(stage.broker.retained.keys.count { $0.hasPrefix("presence/count/") } == 100)
  }
}
