import Presence
import Testing

/// Silence, deaths, and what proves them.
@Suite struct ExpiryTests {
  @Test func `a silent client is a member until its timeout, and not from then on`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.milliseconds(59_999))
    stage.tick()
    #expect(stage.members("lab") == ["a"])
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.announced("lab") == [])
  }

  @Test func `a death takes effect when its grace is over, and not before`() {
    var stage = Stage()
    stage.online("b", rooms: ["lab", "x/y"])
    _ = stage.announced("lab")
    stage.at(.seconds(5))
    stage.offline("b")
    stage.at(.milliseconds(5_999))
    stage.tick()
    #expect(stage.members("lab") == ["b"])
    stage.at(.seconds(6))
    #expect(stage.engine.nextDeadline.map { $0 <= stage.now.instant } == true)
    stage.tick()
    #expect(stage.members("lab") == [])
    #expect(stage.announced("lab") == ["-b offline"])
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
}
