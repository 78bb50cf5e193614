import Presence
import Testing

@testable import Bridge

/// A failure ends what failed and no more.
@Suite struct SessionTests {
  private static let hour = #"{"state":"online","timeout":3600,"rooms":["lab","hall"]}"#

  @Test func `a message that the library refuses is left out, and the connection goes on`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.failure = {
      $0.hasSuffix("/lab") ? LinkError("malformed", scope: .call) : nil
    }
    stage.broker.say("presence/clients/a/status", Self.hour)
    stage.run()
    #expect(stage.loop.isLive && stage.broker.connections == 1)
    #expect(stage.broker.retained["presence/count/hall"] == "1")
    #expect(stage.loop.tally.unsendable == 3)
    #expect(
      stage.log.contains { $0.contains("presence/events/lab: cannot be published: malformed") })
    let turns = stage.pass(.seconds(60))
    #expect(turns < 200)
    #expect(stage.loop.isLive && stage.broker.connections == 1)
  }

  @Test func `a message that is too large for the broker is left out, stats too`() throws {
    let stage = try LoopStage { $0.statsInterval = .seconds(1) }
    stage.broker.failure = {
      $0.hasSuffix("/stats") ? LinkError("too large", scope: .oversize) : nil
    }
    stage.run()
    stage.pass(.seconds(10))
    #expect(stage.loop.isLive && stage.broker.connections == 1)
    #expect(stage.loop.tally.oversize >= 10)
  }

  @Test func `a connection that fails within a publish is closed at once, and made anew`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.failure = { $0.hasSuffix("/lab") ? LinkError("reset") : nil }
    stage.broker.say("presence/clients/a/status", Self.hour)
    let wait = stage.run()
    #expect(!stage.loop.isLive && stage.broker.closes == 1)
    #expect(wait > .zero && wait <= .milliseconds(250))
    stage.broker.failure = { _ in nil }
    stage.pass(.seconds(2))
    #expect(stage.loop.isLive && stage.broker.retained["presence/count/lab"] == "1")
  }

  @Test func `what is heard of a connection that is over does not reach the next one`() throws {
    let stage = try LoopStage()
    stage.run()
    let first = try #require(stage.loop.session)
    stage.broker.end(LinkEnd(reason: "cut"))
    stage.pass(.seconds(2))
    let second = try #require(stage.loop.session)
    #expect(first !== second && second.end == nil && second.inFlight.isEmpty)
    first.linkDidEnd(LinkEnd(reason: "late"))
    first.linkDidAcknowledge(1, reason: 135)
    stage.run()
    #expect(stage.loop.session === second && stage.loop.tally.refused == 0)
  }

  @Test func `the bridge says that it is online when it is live, and not before`() throws {
    let stage = try LoopStage()
    stage.broker.isHonest = false
    stage.run()
    stage.pass(.seconds(2))
    #expect(stage.broker.take("presence/bridge/status").isEmpty)
    let fence = try #require(stage.broker.published.last { $0.topic.hasSuffix("/fence") })
    stage.broker.say(fence.topic, fence.payload)
    stage.run()
    #expect(stage.broker.take("presence/bridge/status") == ["online"])
  }

  @Test func `a loop that has nothing to do waits`() throws {
    let stage = try LoopStage()
    stage.run()
    stage.broker.say("presence/clients/a/status", Self.hour)
    stage.run()
    let turns = stage.pass(.seconds(60))
    #expect(turns < 150)
    #expect(stage.loop.watchdog.busyTurns == 0)
  }
}

/// Two with one client id.
@Suite struct TakeoverLoopTests {
  private func takenOver() throws -> LoopStage {
    let stage = try LoopStage()
    stage.run()
    stage.broker.end(LinkEnd(reason: "taken over", isTakenOver: true))
    return stage
  }

  @Test func `a bridge that took the session over answers, and ends this one`() throws {
    let stage = try takenOver()
    stage.broker.other.answer = #"{"at":"x","run":\#(stage.loop.run + 1)}"#
    stage.pass(.seconds(1))
    #expect(stage.loop.failure != nil)
    #expect(stage.broker.connections == 1)
  }

  @Test func `a bridge that shows itself live ends this one, whatever its number`() throws {
    let stage = try takenOver()
    stage.pass(.milliseconds(100))
    stage.broker.other.say("presence/bridge/stats", #"{"run":7}"#, isReplay: false)
    stage.pass(.seconds(2))
    #expect(stage.loop.failure != nil)
  }

  @Test(arguments: [nil, #"{"run":3}"#, #"{"run":"junk"}"#])
  func `a stranger costs the session and no more`(stats: String?) throws {
    let stage = try takenOver()
    stage.broker.other.stats = stats
    let turns = stage.pass(.seconds(10))
    #expect(stage.loop.failure == nil && stage.loop.isLive)
    #expect(stage.broker.connections == 2 && stage.broker.other.count == 1)
    #expect(stage.loop.tally.takeovers == 1)
    #expect(turns < 200)
  }

  @Test func `a later run that is only retained is no bridge`() throws {
    let stage = try takenOver()
    stage.broker.other.stats = #"{"at":"x","run":\#(stage.loop.run + 1)}"#
    stage.pass(.seconds(9))
    #expect(!stage.loop.isLive && stage.broker.connections == 1)
    stage.pass(.seconds(3))
    #expect(stage.loop.failure == nil && stage.loop.isLive)
  }

  @Test func `a bridge that is asked for shows itself, once a second at most`() throws {
    let stage = try LoopStage()
    stage.run()
    _ = stage.broker.take("presence/bridge/stats")
    for _ in 0..<3 { stage.broker.say("presence/bridge/fence", "7 0") }
    stage.run()
    #expect(stage.broker.take("presence/bridge/stats").count == 1)
  }

  @Test func `a stop is heard while it is looked who took the session`() throws {
    let stage = try takenOver()
    stage.pass(.milliseconds(100))
    stage.loop.stop()
    stage.pass(.seconds(1))
    #expect(stage.loop.turn() == nil && stage.loop.failure == nil)
  }
}
