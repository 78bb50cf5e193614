import Presence
import Testing

@testable import Bridge

/// Reading the statuses again.
@Suite struct RereadTests {
  private func reading() throws -> LoopStage {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say("$SYS/broker/publish/messages/dropped", "0", isReplay: true)
    stage.run()
    stage.broker.isHonest = false
    stage.broker.say("$SYS/broker/publish/messages/dropped", "5")
    stage.run()
    return stage
  }

  @Test func `its fence is sent again until it is back, and the filters are taken back`() throws {
    let stage = try reading()
    #expect(stage.broker.subscribed.contains("presence/+/+/status"))
    #expect(stage.storedFilters.contains("presence/+/+/status"))
    _ = stage.broker.take("presence/bridge/fence")
    let turns = stage.pass(.seconds(3))
    #expect(turns < 50)
    let sent = stage.broker.take("presence/bridge/fence")
    #expect((2...3).contains(sent.count))
    stage.broker.say("presence/bridge/fence", try #require(sent.last))
    stage.run()
    #expect(!stage.broker.subscribed.contains("presence/+/+/status"))
    #expect(!stage.storedFilters.contains("presence/+/+/status"))
  }

  @Test func `a fence that was on its way when it began does not end it`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say("$SYS/broker/publish/messages/dropped", "0", isReplay: true)
    stage.run()
    stage.broker.isHonest = false
    stage.loop.sendFence()
    let earlier = try #require(stage.broker.take("presence/bridge/fence").last)
    stage.broker.say("$SYS/broker/publish/messages/dropped", "5")
    stage.run()
    stage.broker.say("presence/bridge/fence", earlier)
    stage.run()
    #expect(stage.loop.session?.reread.isUnderWay == true)
  }

  @Test func `another drop meanwhile begins another reading later, and burns nothing`() throws {
    let stage = try reading()
    stage.broker.say("$SYS/broker/publish/messages/dropped", "9")
    #expect(stage.pass(.seconds(3)) < 50)
    let fence = try #require(stage.broker.take("presence/bridge/fence").last)
    stage.broker.say("presence/bridge/fence", fence)
    stage.run()
    stage.broker.isHonest = true
    stage.pass(.seconds(9))
    #expect(stage.loop.tally.rereads == 1)
    stage.pass(.seconds(60))
    #expect(stage.loop.tally.rereads == 2)
  }

  @Test func `its filters are remembered until the broker has said that they are no more`() throws {
    let stage = try reading()
    stage.broker.takesBack = false
    stage.broker.say(
      "presence/bridge/fence", try #require(stage.broker.take("presence/bridge/fence").last))
    stage.run()
    #expect(stage.broker.unsubscribed.contains("presence/+/+/status"))
    #expect(stage.storedFilters.contains("presence/+/+/status"))
  }

  @Test func `what a reading left in the session is taken back by the next connection`() throws {
    let stage = try reading()
    stage.broker.welcome = LinkWelcome(sessionPresent: true)
    stage.broker.isHonest = true
    stage.broker.end(LinkEnd(reason: "cut"))
    stage.pass(.seconds(2))
    #expect(stage.loop.isLive)
    #expect(!stage.broker.subscribed.contains("presence/+/+/status"))
    #expect(stage.broker.unsubscribed.contains("presence/+/+/status"))
  }
}
