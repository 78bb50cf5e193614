import Presence
import Testing

/// Contract, 3: silence, and what proves it.
@Suite struct ExpiryTests {
  @Test func `a silent client is a member until its timeout, and not from then on`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.catchUp()
    stage.at(.milliseconds(59_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(60))
    #expect(stage.engine.nextDeadline.map { $0 <= stage.now.instant } == true)
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.announced("lab") == ["-a expired"])
  }

  @Test(arguments: [
    Duration.milliseconds(100), .seconds(5), .seconds(7_200), .seconds(366 * 86_400),
  ])
  func `a timeout of its own goes before the default`(timeout: Duration) {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: timeout)
    stage.at(timeout - .nanoseconds(1))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(timeout)
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `who relies on the will alone is never silent`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    #expect(stage.engine.nextDeadline == nil)
    stage.at(.seconds(400 * 86_400))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.offline("a")
    stage.pass(.seconds(1))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `a heartbeat may change the timeout, and a birth that leaves it out does not`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], timeout: .zero)
    stage.beat("a", timeout: .seconds(3))
    stage.at(.seconds(2))
    stage.online("a", rooms: ["lab"])
    stage.at(.milliseconds(4_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(5))
    stage.tick()
    #expect(stage.members("lab") == [])
  }

  @Test func `nobody goes without a fence that was published after the deadline`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.milliseconds(59_999))
    let early = stage.now.instant
    stage.at(.seconds(3_600))
    stage.tick(fence: false)
    #expect(stage.engine.wantsFence)
    stage.engine.fenceReturned(publishedAt: early)
    stage.tick(fence: false)
    #expect(stage.members("lab") == ["a"])
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(!stage.engine.wantsFence)
  }

  @Test func `who is heard behind a backlog before the fence stays`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(3_600))
    stage.tick(fence: false)
    stage.beat("a")
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    #expect(!stage.engine.wantsFence)
  }

  @Test func `no fence is wanted while nobody is silent`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.milliseconds(59_999))
    stage.tick(fence: false)
    #expect(!stage.engine.wantsFence)
  }

  @Test func `slices remove everybody in the end, and say when there is more`() {
    var stage = Stage()
    for client in 0..<1_000 { stage.join("c\(client)", "lab") }
    stage.at(.seconds(60))
    var slices = 0
    while stage.engine.tick(budget: 7, at: stage.now) { slices += 1 }
    #expect(stage.figures("lab") == [1_000, 0, 1_000])
    stage.engine.fenceReturned(publishedAt: stage.now.instant)
    while stage.engine.tick(budget: 7, at: stage.now) {
      slices += 1
      #expect(slices < 1_000)
    }
    #expect(stage.figures("lab") == [0, 0, 0])
    #expect(slices > 280)
  }

  @Test func `one client that is due late holds nobody up who is due with it or before`() {
    var stage = Stage()
    stage.online("late", rooms: ["lab"], timeout: .milliseconds(67_000))
    stage.online("early", rooms: ["lab"], timeout: .milliseconds(66_000))
    stage.at(.milliseconds(65_540))
    stage.tick()
    stage.at(.milliseconds(66_000))
    stage.tick()
    #expect(stage.members("lab") == ["late"])
  }
}

extension ExpiryTests {
  @Test func `who is put back while a slot is being emptied does not hide the rest of it`() {
    var stage = Stage()
    for number in 0..<50 { stage.join("c\(number)", "lab") }
    stage.at(.seconds(50))
    stage.beat("c0")
    stage.at(.seconds(70))
    _ = stage.engine.tick(budget: 1_000, at: stage.now)
    stage.tick()
    #expect(stage.members("lab") == ["c0"])
  }

  @Test func `who dies while its silence awaits proof keeps its place in line`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(1))
    stage.join("b", "lab")
    stage.at(.seconds(60))
    stage.tick(fence: false)
    stage.at(.seconds(61))
    stage.tick(fence: false)
    stage.offline("a")
    stage.tick(fence: false)
    stage.engine.fenceReturned(publishedAt: Stage.start.instant + .milliseconds(60_500))
    stage.tick(fence: false)
    #expect(stage.members("lab") == ["b"])
  }
}
