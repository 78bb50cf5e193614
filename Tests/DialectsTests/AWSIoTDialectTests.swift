import Testing

@testable import Dialects

@Suite struct AWSIoTDialectTests {
  private var stage = Rehearsal(AWSIoTDialect(prefix: nil))
  /// When the stage's clock begins, in milliseconds since 1970.
  private static let start: Int64 = 1_700_000_000_000

  private mutating func up(
    _ version: Int64, _ session: String, after milliseconds: Int64 = 0
  ) -> [String] {
    stage.live(
      "$aws/events/presence/connected/lamp",
      """
      {"clientId":"lamp","timestamp":\(Self.start + milliseconds),"eventType":"connected",\
      "sessionIdentifier":"\(session)","principalIdentifier":"00ab","ipAddress":"192.0.2.7",\
      "versionNumber":\(version)}
      """)
  }

  private mutating func down(
    _ version: Int64, _ session: String, after milliseconds: Int64 = 0,
    _ reason: String = "CONNECTION_LOST"
  ) -> [String] {
    stage.live(
      "$aws/events/presence/disconnected/lamp",
      """
      {"clientId":"lamp","timestamp":\(Self.start + milliseconds),"eventType":"disconnected",\
      "sessionIdentifier":"\(session)","principalIdentifier":"00ab",\
      "clientInitiatedDisconnect":false,"disconnectReason":"\(reason)","versionNumber":\(version)}
      """)
  }

  private func online(_ version: Int64) -> [String] {
    ["lamp online epoch=\(version) timeout=0.0 seconds"]
  }

  @Test mutating func `a client comes and goes`() {
    #expect(up(3, "a") == online(3))
    #expect(down(3, "a") == ["lamp offline epoch=3"])
  }

  @Test mutating func `a connected that comes after its own pair's disconnected is stale`() {
    #expect(down(3, "a", after: 500) == ["lamp offline epoch=3"])
    #expect(up(3, "a") == ["stale"])
    #expect(up(4, "b", after: 900) == online(4))
  }

  @Test mutating func `what an older session did is stale`() {
    #expect(up(4, "b", after: 900) == online(4))
    #expect(down(3, "a", after: 800) == ["stale"])
    #expect(up(3, "a") == ["stale"])
    #expect(down(4, "b", after: 950) == ["lamp offline epoch=4"])
    #expect(up(3, "a") == ["stale"])
  }

  @Test mutating func `a newer session's end may come before its beginning`() {
    #expect(up(4, "b") == online(4))
    #expect(down(5, "c", after: 900) == ["lamp offline epoch=5"])
    #expect(up(5, "c", after: 800) == ["stale"])
    #expect(down(4, "b", after: 700) == ["stale"])
  }

  @Test mutating func `duplicates change nothing`() {
    #expect(up(4, "b") == online(4))
    #expect(up(4, "b") == online(4))
    #expect(down(4, "b") == ["lamp offline epoch=4"])
    #expect(down(4, "b") == ["lamp offline epoch=4"])
    #expect(up(4, "b") == ["stale"])
  }

  @Test mutating func `the number begins again after a long absence`() {
    #expect(up(40, "a") == online(40))
    #expect(down(40, "a", after: 1000) == ["lamp offline epoch=40"])
    let hour: Int64 = 3_600_000
    #expect(up(0, "b", after: hour) == online(0))
    #expect(down(40, "a", after: 1000) == ["stale"])
    #expect(down(0, "b", after: hour + 1) == ["lamp offline epoch=0"])
    #expect(up(0, "c", after: 2 * hour) == online(0))
  }

  @Test mutating func `an end after a long absence may come before its beginning, too`() {
    #expect(up(40, "a") == online(40))
    #expect(down(0, "b", after: 600_000) == ["lamp offline"])
    #expect(up(0, "b", after: 600_000) == ["stale"])
  }

  @Test mutating func `ten minutes are long, less is not`() {
    #expect(up(40, "a") == online(40))
    #expect(up(39, "b", after: 599_999) == ["stale"])
    #expect(up(39, "b", after: 600_000) == online(39))
  }

  @Test mutating func `a connection that the same id took over does not end the client`() {
    #expect(up(4, "a") == online(4))
    #expect(down(4, "a", after: 10, "DUPLICATE_CLIENTID") == [])
    #expect(up(5, "b", after: 9) == online(5))
    #expect(up(4, "a") == ["stale"])
  }

  @Test(arguments: ["AUTH_ERROR", "FORBIDDEN_ACCESS"])
  mutating func `a stranger who is not let in ends nobody's connection`(reason: String) {
    #expect(up(4, "a") == online(4))
    #expect(down(5, "b", after: 10, reason) == ["stale"])
    #expect(down(4, "a", after: 20, reason) == ["lamp offline epoch=4"])
  }

  @Test mutating func `after a restart the engine's epoch is what is known`() {
    stage.heard.known = ["lamp": Standing(epoch: 7, isPresent: true)]
    #expect(down(6, "a", after: -1) == ["stale"])
    #expect(up(6, "a", after: -1) == ["stale"])
    #expect(down(7, "b", after: -1) == ["lamp offline epoch=7"])
  }

  @Test mutating func `after a restart a pair that was ended stays so, but a later one counts`() {
    stage.heard.known = ["lamp": Standing(epoch: 7, isPresent: false)]
    #expect(up(7, "b", after: -1) == ["stale"])
    #expect(up(7, "c", after: 0) == online(7))
  }

  @Test mutating func `after a restart a number that began again counts`() {
    stage.heard.known = ["lamp": Standing(epoch: 7, isPresent: true)]
    #expect(down(0, "a", after: 1) == ["lamp offline"])
    #expect(up(1, "b", after: 2) == online(1))
  }

  @Test mutating func `an event of another client than its topic's, or not whole, is invalid`() {
    let topic = "$aws/events/presence/connected/"
    let event =
      #"{"clientId":"a/b","timestamp":1,"eventType":"connected","sessionIdentifier":"s","versionNumber":1}"#
    #expect(stage.live(topic + "a/b", event) == ["a%2Fb online epoch=1 timeout=0.0 seconds"])
    #expect(stage.live(topic + "a", event) == ["invalid"])
    #expect(stage.live(topic + "a/b", "{}") == ["invalid"])
    #expect(stage.live("$aws/events/presence/disconnected/a/b", event) == ["invalid"])
    #expect(stage.replay(topic + "a/b", event) == [])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let event =
      #"{"clientId":"a","timestamp":1,"eventType":"connected","sessionIdentifier":"s","versionNumber":1}"#
    let topics = ["$aws/events/presence/connected/a", "$aws/events/presence/disconnected/a"]
    #expect(stage.fuzz(topics, [event], seed: seed) > 0)
  }
}
