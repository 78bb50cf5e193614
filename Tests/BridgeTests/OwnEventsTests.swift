import Presence
import Testing

@testable import Bridge

/// With MQTT 3.1.1 nobody says that events are refused.
@Suite struct OwnEventsTests {
  private func stage() throws -> LoopStage {
    let stage = try LoopStage { $0.protocolVersion = .v311 }
    stage.run()
    return stage
  }

  private func change(_ stage: LoopStage, _ name: String) {
    stage.broker.say("presence/clients/\(name)/rooms/lab", "join")
    stage.pass(.seconds(1))
  }

  @Test func `events that do not come back twice are told of, and that they were mended`() throws {
    let stage = try stage()
    stage.broker.refusal = { $0.hasPrefix("presence/events/") ? 0 : nil }
    change(stage, "a")
    #expect(!stage.log.contains { $0.contains("presence/events/#") })
    stage.pass(.seconds(10))
    change(stage, "b")
    #expect(stage.log.contains { $0.contains("publish on presence/events/# does not come back") })
    #expect(!stage.broker.subscribed.contains("presence/events/#"))
    stage.broker.refusal = { _ in nil }
    stage.pass(.seconds(600))
    change(stage, "c")
    #expect(stage.log.contains { $0.contains("presence/events/# can be written again") })
  }

  @Test func `events that come back are listened to no longer than that`() throws {
    let stage = try stage()
    #expect(stage.broker.subscribed.contains("presence/events/#"))
    #expect(stage.storedFilters.contains("presence/events/#"))
    change(stage, "a")
    #expect(!stage.broker.subscribed.contains("presence/events/#"))
    #expect(!stage.storedFilters.contains("presence/events/#"))
    stage.pass(.seconds(500))
    change(stage, "b")
    #expect(!stage.broker.subscribed.contains("presence/events/#"))
    #expect(stage.loop.tally.rightsMissing == 0 && stage.loop.tally.invalid == 0)
  }

  @Test func `with MQTT 5 the broker says it, and nobody listens`() throws {
    let stage = try LoopStage()
    stage.run()
    change(stage, "a")
    #expect(!stage.broker.unsubscribed.contains("presence/events/#"))
  }
}
