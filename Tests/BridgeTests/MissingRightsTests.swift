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

  @Test func `it is said again at once where it is heard, and once a second at the most`() throws {
    let stage = try LoopStage()
    stage.run()
    _ = stage.broker.take("presence/bridge/status")
    for _ in 1...50 {
      stage.broker.say("presence/bridge/status", "offline")
      stage.pass(.milliseconds(100))
    }
    #expect((5...6).contains(stage.broker.take("presence/bridge/status").count))
    stage.broker.say("presence/bridge/status", "online")
    stage.pass(.seconds(2))
    #expect(stage.broker.take("presence/bridge/status").count <= 1)
  }

  @Test func `a right to hear clients that is taken away later is found at the next look`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.pass(.seconds(700))
    #expect(stage.loop.tally.rightsMissing == 0)
    stage.broker.hears = { !$0.hasSuffix("/heartbeat") }
    stage.pass(.seconds(1_300))
    #expect(stage.log.contains { $0.contains("nothing comes from the clients' topics") })
    stage.broker.hears = { _ in true }
    stage.pass(.seconds(120))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
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
    stage.broker.hears = { !$0.hasSuffix("/heartbeat") }
    stage.run()
    stage.pass(.seconds(20))
    #expect(stage.loop.tally.rightsMissing >= 1)
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.pass(.seconds(70))
    #expect(stage.broker.connections == 2 && stage.loop.isLive)
  }

  @Test func `a probe that the broker took and that does not come back is told of`() throws {
    let stage = try LoopStage()
    stage.broker.hears = { !$0.hasSuffix("/heartbeat") }
    stage.run()
    stage.pass(.seconds(20))
    let probes = stage.broker.take("presence/clients/rollcall-presence/heartbeat")
    #expect(probes.count >= 2)
    #expect(stage.log.contains { $0.contains("nothing comes from the clients' topics") })
  }
}
