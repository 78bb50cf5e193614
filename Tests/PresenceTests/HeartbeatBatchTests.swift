import Presence
import Testing

/// Heartbeats taken in together do what each of them would have done.
@Suite struct HeartbeatBatchTests {
  private static let long = String(repeating: "long-", count: 8)

  /// Everybody of whom the tests speak, half of them with a user, some with a name longer than an entry holds.
  private static let everybody: [(user: String?, client: String)] = (0..<300).map {
    ($0 % 2 == 0 ? nil : "user-\($0 % 40)", $0 % 7 == 0 ? "\(long)\($0)" : "client-\($0)")
  }

  @Test(arguments: [0, 1, 63, 64, 65, 128, 300])
  func `exactly those who beat stay`(count: Int) {
    var stage = Stage()
    for (user, client) in Self.everybody { stage.join(client, "lab", user: user) }
    stage.at(.seconds(30))
    stage.beatTogether(Array(Self.everybody[..<count]))
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.figures("lab")[0] == count)
    #expect(stage.engine.counters.heartbeats == UInt64(count))
    stage.at(.milliseconds(89_999))
    stage.tick()
    #expect(stage.figures("lab")[0] == count)
    stage.at(.seconds(90))
    stage.tick()
    #expect(stage.figures("lab")[0] == 0)
  }

  @Test func `who is unknown is counted and stays unknown`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.beatTogether([(nil, "b"), ("ann", "a"), (nil, "a"), (nil, Self.long)])
    #expect(stage.engine.counters.heartbeats == 4)
    #expect(stage.engine.counters.heartbeatsUnknown == 3)
    #expect(stage.engine.knownClients == 1)
  }

  @Test func `who is away comes back, once`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.at(.seconds(60))
    stage.tick()
    stage.beatTogether([(nil, "a"), (nil, "a")])
    #expect(stage.members("lab") == ["a"])
    #expect(stage.engine.counters.revived == 1)
  }
}
