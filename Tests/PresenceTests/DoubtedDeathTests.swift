import Testing

@testable import Presence

/// Deaths that come with a grace of their own: they may be of somebody who is alive.
@Suite struct DoubtedDeathTests {
  private func stage() -> Stage {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.catchUp()
    return stage
  }

  @Test func `a doubted death takes effect when its own grace is over`() {
    var stage = stage()
    stage.offline("a", grace: .seconds(60))
    stage.at(.seconds(60) - .nanoseconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.announced("lab") == ["-a offline"])
  }

  @Test(arguments: Sign.allCases)
  func `a sign of life takes it back, and the next death is an ordinary one`(sign: Sign) {
    var stage = stage()
    stage.offline("a", grace: .seconds(60))
    stage.at(.seconds(59))
    sign.from("a", on: &stage)
    stage.at(.seconds(100))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.offline("a")
    stage.at(.seconds(101))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a death that is certain does not wait for one that was doubted`() {
    var stage = stage()
    stage.offline("a", grace: .seconds(60))
    stage.at(.seconds(5))
    stage.offline("a")
    stage.offline("a", grace: .seconds(60))
    stage.at(.seconds(6))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `one that is found at a reconnect has its own grace from then on`() {
    var stage = stage()
    stage.disconnect()
    stage.connect()
    stage.offline("a", grace: .seconds(60))
    stage.settle()
    stage.at(.seconds(59))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == [])
  }
}
