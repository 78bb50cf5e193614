import Testing

@testable import Dialects

@Suite struct HomieDialectTests {
  private var stage = Rehearsal(HomieDialect(prefix: nil))

  private static let states =
    [
      ("init", "online"), ("ready", "online"), ("alert", "online"), ("sleeping", "asleep"),
      ("disconnected", "offline"), ("lost", "offline"), ("", "forgotten"),
    ] as [(String, String)]

  @Test(arguments: states)
  mutating func `each state of Homie 4 and 5 is read`(state: String, said: String) {
    #expect(stage.live("homie/car/$state", state) == ["car \(said)"])
    #expect(stage.replay("homie/5/car/$state", state) == ["car \(said)"])
  }

  @Test(arguments: ["already", "ready,", "unknown", "{}"])
  mutating func `what is no state is invalid`(state: String) {
    #expect(stage.live("homie/car/$state", state) == ["invalid"])
    #expect(stage.live("homie/5/car/$state", state) == ["invalid"])
  }

  private let child = #"{"homie":"5.0","version":1,"root":"zwave","parent":"zwave"}"#

  @Test mutating func `a child is carried by its root, described first`() {
    #expect(stage.replay("homie/5/lamp/$description", child) == [])
    #expect(stage.live("homie/5/zwave/$state", "ready") == ["zwave online gateway"])
    #expect(stage.live("homie/5/lamp/$state", "ready") == ["lamp online by=zwave"])
    #expect(stage.live("homie/5/zwave/$state", "lost") == ["zwave offline gateway"])
  }

  @Test mutating func `a child is carried by its root, described last`() {
    #expect(stage.live("homie/5/lamp/$state", "init") == ["lamp online"])
    #expect(stage.live("homie/5/zwave/$state", "ready") == ["zwave online"])
    #expect(
      stage.live("homie/5/lamp/$description", child)
        == ["zwave online gateway", "lamp online by=zwave"])
    #expect(stage.live("homie/5/lamp/$description", child) == [])
  }

  @Test mutating func `a child can leave its root`() {
    _ = stage.live("homie/5/lamp/$description", child)
    _ = stage.live("homie/5/lamp/$state", "ready")
    #expect(stage.live("homie/5/lamp/$description", #"{"homie":"5.0"}"#) == ["lamp online"])
    #expect(stage.live("homie/5/zwave/$state", "ready") == ["zwave online"])
  }

  @Test mutating func `a removed child counts for its root no longer`() {
    _ = stage.live("homie/5/lamp/$description", child)
    #expect(stage.live("homie/5/lamp/$state", "") == ["lamp forgotten by=zwave"])
    #expect(stage.live("homie/5/zwave/$state", "ready") == ["zwave online"])
    #expect(stage.live("homie/5/lamp/$state", "ready") == ["lamp online"])
  }

  @Test(arguments: [#"{"root":"lamp"}"#, #"{"root":""}"#, #"{"root":"a/b"}"#, #"{"root":5}"#, ""])
  mutating func `a root that cannot be one is none`(description: String) {
    #expect(stage.live("homie/5/lamp/$description", description) == [])
    #expect(stage.live("homie/5/lamp/$state", "ready") == ["lamp online"])
  }

  @Test mutating func `a description that is no object is invalid`() {
    #expect(stage.live("homie/5/lamp/$description", "[]") == ["invalid"])
    let long = #"{"root":"zwave","x":""# + String(repeating: "x", count: 256 * 1024) + #""}"#
    #expect(stage.live("homie/5/lamp/$description", long) == ["invalid"])
  }

  @Test func `it reads below its domain, and trusts wills alone`() {
    var stage = Rehearsal(HomieDialect(prefix: "devices"))
    #expect(stage.live("devices/5/car/$state", "ready") == ["car online"])
    #expect(stage.live("homie/car/$state", "ready") == ["unread"])
    #expect(stage.dialect.defaults.timeout == .zero)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let taken = stage.fuzz(
      ["homie/a/$state", "homie/5/a/$state", "homie/5/b/$state", "homie/5/a/$description"],
      ["ready", "sleeping", "lost", #"{"root":"b","parent":"c"}"#], seed: seed)
    #expect(taken > 5)
  }
}
