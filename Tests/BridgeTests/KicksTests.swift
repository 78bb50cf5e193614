import Presence
import Testing

@testable import Bridge

/// Somebody who takes the bridge's sessions costs it these, and no more.
@Suite struct KicksTests {
  /// How long the bridge was live in `seconds` in which its session is taken every `period`.
  private func liveTime(
    in seconds: Int, period: Duration, _ end: LinkEnd, session: LinkWelcome = LinkWelcome(),
    uptime: String? = nil
  ) throws -> Int {
    let stage = try LoopStage()
    stage.broker.retained["$SYS/broker/uptime"] = uptime
    stage.run()
    stage.broker.welcome = session
    var live = 0
    let tenths = Int(period / .milliseconds(100))
    for tenth in 1...seconds * 10 {
      if tenth % tenths == 0 { stage.broker.end(end) }
      stage.pass(.milliseconds(100))
      if stage.loop.isLive { live += 1 }
    }
    return live / 10
  }

  @Test(arguments: [2, 3, 5])
  func `sessions that end every few seconds are followed by others at once`(period: Int) throws {
    let live = try liveTime(in: 300, period: .seconds(period), LinkEnd(reason: "cut"))
    #expect(live > 150)
  }

  @Test func `a stranger of whom the broker tells costs no growing pauses`() throws {
    let end = LinkEnd(reason: "taken over", isTakenOver: true)
    // The look takes two seconds.
    #expect(try liveTime(in: 300, period: .seconds(5), end) > 120)
  }

  @Test func `a stranger of whom the lost session tells costs none either`() throws {
    let live = try liveTime(
      in: 300, period: .milliseconds(1_500), LinkEnd(reason: "cut"), uptime: "86400 seconds")
    #expect(live > 100)
  }

  @Test func `a broker that ends each session at once is met with growing pauses`() throws {
    let stage = try LoopStage()
    stage.run()
    for _ in 1...1_200 {
      if stage.loop.isLive { stage.broker.end(LinkEnd(reason: "cut")) }
      stage.pass(.milliseconds(100))
    }
    #expect(stage.broker.connections < 15)
  }
}
