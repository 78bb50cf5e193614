import Presence
import Testing

@testable import Bridge

/// What an ACL withholds without a word is found out and said, and so is that it was mended.
@Suite struct MissingRightsTests {
  @Test func `a fence that stays away is told of after three seconds, whatever else arrives`()
    throws
  {
    let stage = try LoopStage()
    stage.broker.refusal = { $0.hasSuffix("/fence") ? 135 : nil }
    for _ in 0..<29 {
      stage.broker.say("presence/clients/a/heartbeat", "")
      stage.pass(.milliseconds(100))
    }
    #expect(!stage.log.contains { $0.contains("nothing comes back") })
    for _ in 0..<2 {
      stage.broker.say("presence/clients/a/heartbeat", "")
      stage.pass(.milliseconds(100))
    }
    #expect(stage.log.contains { $0.contains("nothing comes back from presence/bridge/fence") })
    #expect(stage.loop.tally.fencesMissing == 1)
    _ = stage.takeLog()
    stage.pass(.seconds(60))
    // After 9, 21 and 45 seconds.
    #expect(stage.log.count { $0.contains("nothing comes back") } == 3)
  }

  @Test func `when the fence comes at last, what is retained is read once more`() throws {
    let stage = try LoopStage()
    stage.broker.refusal = { $0.hasSuffix("/fence") ? 135 : nil }
    stage.pass(.seconds(4))
    stage.broker.refusal = { _ in nil }
    stage.broker.retained["presence/clients/+/status"] = "never read: a filter is no topic"
    let before = stage.broker.subscribed.count
    stage.pass(.seconds(6))
    #expect(stage.loop.isLive)
    #expect(stage.broker.subscribed.count > before)
  }

  @Test func `a long backlog is no missing fence`() throws {
    let stage = try LoopStage()
    stage.broker.isHonest = false
    for number in 0..<40 {
      stage.broker.say("presence/clients/c\(number)/status", "online", isReplay: true)
      stage.pass(.milliseconds(100))
    }
    #expect(!stage.log.contains { $0.contains("nothing comes back") })
    #expect(stage.log.contains { $0.contains("still being sent") })
  }

  @Test func `a backlog that trickles keeps no word from the broker for half a keepalive`() throws {
    let stage = try LoopStage()
    stage.broker.isHonest = false
    func trickle(_ count: Int) {
      for _ in 0..<count {
        stage.broker.say("presence/clients/a/status", "online", isAcknowledged: true)
        stage.pass(.milliseconds(40))
      }
    }
    trickle(184)
    #expect(stage.loop.session?.withheld == 183)
    trickle(6)
    #expect(stage.loop.session?.withheld ?? 99 < 3)
    #expect(!stage.loop.isLive)
  }

  @Test func `a subscription that is refused is asked for again, and all is read anew`() throws {
    let stage = try LoopStage()
    stage.broker.grant = { $0.hasSuffix("/status") ? 135 : nil }
    stage.run()
    #expect(stage.loop.isLive)
    #expect(
      stage.log.contains {
        $0.contains("refuses the subscription to presence/clients/+/status") && $0.contains("135")
      })
    stage.broker.grant = { _ in nil }
    stage.pass(.seconds(7))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
    #expect(stage.broker.subscribed.contains("presence/clients/+/status"))
  }

  @Test func `a retained topic of ours that does not come back is told of, and that it was mended`()
    throws
  {
    let stage = try LoopStage()
    // With 3.1.1 what is refused is acknowledged: the topic just is not there.
    stage.broker.refusal = { $0.hasPrefix("presence/occupancy/") ? 0 : nil }
    stage.run()
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.pass(.seconds(20))
    #expect(
      stage.log.contains {
        $0.contains("what we have published on presence/occupancy/lab is not there")
      })
    #expect(!stage.log.contains { $0.contains("presence/count/lab is not there") })
    stage.broker.refusal = { _ in nil }
    stage.pass(.seconds(70))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
    let filters = stage.broker.subscribed
    #expect(!filters.contains("presence/count/lab"))
  }

  @Test func `what was retained before is not what was published last`() throws {
    let stage = try LoopStage()
    stage.run()
    let status = #"{"state":"online","timeout":86400,"rooms":["lab"]}"#
    stage.broker.say("presence/clients/a/status", status)
    stage.pass(.seconds(1))
    stage.broker.refusal = {
      $0.hasPrefix("presence/occupancy/") || $0.hasPrefix("presence/count/") ? 0 : nil
    }
    stage.broker.say("presence/clients/b/status", status)
    stage.pass(.seconds(20))
    for topic in ["occupancy", "count"] {
      #expect(stage.log.contains { $0.contains("published on presence/\(topic)/lab is not there") })
    }
    #expect(!stage.log.contains { $0.contains("published on presence/bridge/status is not there") })
  }

  @Test func `a status of ours that somebody else wrote over is said again`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.broker.retained["presence/bridge/status"] = "offline"
    stage.pass(.seconds(10))
    #expect(stage.broker.retained["presence/bridge/status"] == "online")
  }

  @Test func `one message that is never acknowledged does not put the look off`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.acknowledges = { !$0.hasPrefix("presence/events/") }
    stage.broker.refusal = { $0.hasPrefix("presence/occupancy/") ? 0 : nil }
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.pass(.seconds(20))
    #expect(stage.loop.session?.inFlight.isEmpty == false)
    #expect(stage.log.contains { $0.contains("published on presence/occupancy/lab is not there") })
  }

  @Test func `nothing is told where nothing is missing`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.pass(.seconds(3_000))
    #expect(stage.broker.connections == 1 && stage.loop.tally.rightsMissing == 0)
  }

  @Test func `a long silence of all clients is told of, and their first word has all read anew`()
    throws
  {
    let stage = try LoopStage()
    stage.broker.refusal = { $0.hasSuffix("/heartbeat") ? 135 : nil }
    stage.pass(.milliseconds(29_900))
    #expect(!stage.log.contains { $0.contains("nothing has come") })
    stage.pass(.milliseconds(200))
    #expect(stage.log.contains { $0.contains("let this login read presence/clients/+/status") })
    stage.pass(.seconds(600))
    #expect(stage.log.count { $0.contains("nothing has come") } == 1)
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.pass(.seconds(1))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
  }

  @Test func `that the broker's uptime cannot be read is told once, with what follows`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.end(LinkEnd(reason: "cut"))
    stage.pass(.seconds(5))
    #expect(stage.log.count { $0.contains("$SYS/broker/uptime cannot be read") } == 1)
  }

  @Test func `clients that are heard again end what was missing, and all is read anew`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.pass(.seconds(20))
    #expect(stage.loop.tally.rightsMissing >= 1)
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.pass(.seconds(70))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
  }

  @Test func `a probe that the broker took and that does not come back is told of`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.pass(.seconds(20))
    let probes = stage.broker.take("presence/clients/rollcall-presence/heartbeat")
    #expect(probes.count >= 2)
    #expect(stage.log.contains { $0.contains("nothing comes from the clients' topics") })
  }
}

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
