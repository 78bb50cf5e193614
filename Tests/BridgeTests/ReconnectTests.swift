import Dialects
import Store
import Testing

@testable import Bridge

/// What the bridge finds when it is connected again.
@Suite struct ReconnectTests {
  private func reconnected(_ change: (LoopStage) -> Void) throws -> LoopStage {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say(
      "presence/clients/a/status", #"{"state":"online","timeout":86400,"rooms":["lab"]}"#)
    stage.pass(.seconds(1))
    change(stage)
    stage.broker.welcome = LinkWelcome(sessionPresent: true)
    stage.broker.end(LinkEnd(reason: "cut"))
    return stage
  }

  private func revision(_ stage: LoopStage) throws -> Int64 {
    let snapshot = try #require(stage.broker.retained["presence/occupancy/lab"])
    let rest = snapshot.components(separatedBy: #""revision":"#).last ?? ""
    return try #require(Int64(rest.prefix { $0.isNumber }))
  }

  @Test(arguments: [0, 1])
  func `a retained snapshot with a revision below the room's own is published anew`(below: Int64)
    throws
  {
    var own: Int64 = 0
    let stage = try reconnected { stage in
      own = (try? revision(stage)) ?? 0
      let topic = "presence/occupancy/lab"
      stage.broker.retained[topic] = stage.broker.retained[topic]?.replacing(
        "\(own)", with: "\(own - below)")
      _ = stage.broker.take(topic)
    }
    stage.pass(.seconds(3))
    #expect(stage.loop.isLive && own > 0)
    #expect(stage.broker.take("presence/occupancy/lab").count == Int(below))
    #expect(try revision(stage) >= own)
  }

  /// Anybody may have put it there.
  @Test func `a later run in the retained stats is looked for, and believed where it shows itself`()
    throws
  {
    for isThere in [false, true] {
      let stage = try reconnected { stage in
        let stats = #"{"at":"x","run":\#(stage.loop.run + 1)}"#
        stage.broker.retained["presence/bridge/stats"] = stats
        if isThere { stage.broker.other.answer = stats }
      }
      stage.pass(.seconds(20))
      #expect(stage.broker.other.count == 1)
      #expect(stage.loop.isLive == !isThere)
      #expect((stage.loop.failure != nil) == isThere)
    }
  }

  /// A run's number is the time of its start.
  @Test(arguments: [Int64(0), -1, 1 << 52])
  func `a run that no bridge can have is not looked for`(run: Int64) throws {
    let stage = try reconnected { stage in
      stage.broker.retained["presence/bridge/stats"] = #"{"at":"x","run":\#(run)}"#
    }
    stage.pass(.seconds(3))
    #expect(stage.loop.isLive && stage.broker.other.count == 0)
  }
}

/// What an earlier run has left in a session that the broker has kept.
@Suite struct KeptFiltersTests {
  @Test func `a filter that is not wanted any more is taken back, and forgotten`() throws {
    let storage = try Database(path: ":memory:", durability: .process, owner: 1)
    try storage.keep(filters: ["old/+/state", "presence/+/+/status", "presence/query"])
    let stage = try LoopStage(storage: storage)
    stage.broker.welcome = LinkWelcome(sessionPresent: true)
    stage.run()
    #expect(stage.loop.isLive)
    #expect(stage.broker.unsubscribed.contains("old/+/state"))
    #expect(!stage.broker.unsubscribed.contains("presence/query"))
    #expect(!stage.storedFilters.contains("old/+/state"))
    #expect(stage.storedFilters.contains("presence/query"))
  }
}

/// Clients of a source, one topic for each room.
@Suite struct RereadMovesTests {
  private func stage() throws -> LoopStage {
    var badges = Source(name: "badges", namespace: "badges")
    badges.isCustom = true
    badges.isExclusive = true
    badges.custom.status = "badges/{client}/at/{room}"
    (badges.custom.online, badges.custom.offline) = (["in"], ["out"])
    badges.room = "{room}"
    badges.timeout = .zero
    return try LoopStage { $0.sources = [badges] }
  }

  @Test func `who has moved while messages were dropped is where it is retained after the reading`()
    throws
  {
    let stage = try stage()
    stage.run()
    stage.broker.say("badges/a/at/lab", "in", isReplay: true)
    stage.run()
    stage.pass(.seconds(1))
    #expect(stage.broker.retained["presence/count/lab"] == "1", "\(stage.log)")
    stage.broker.say("$SYS/broker/publish/messages/dropped", "0", isReplay: true)
    stage.run()
    stage.broker.isHonest = false
    stage.broker.say("$SYS/broker/publish/messages/dropped", "5")
    stage.run()
    stage.broker.say("badges/a/at/lab", "out", isReplay: true)
    stage.broker.say("badges/a/at/hall", "in", isReplay: true)
    stage.run()
    let fence = try #require(stage.broker.take("presence/bridge/fence").last)
    stage.broker.say("presence/bridge/fence", fence)
    stage.broker.isHonest = true
    stage.pass(.seconds(5))
    #expect(stage.broker.retained["presence/count/hall"] == "1")
    #expect(stage.broker.retained["presence/count/lab"] == "0")
  }
}
