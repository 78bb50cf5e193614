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

  private func online(_ version: Int64, after milliseconds: Int64 = 0) -> [String] {
    ["lamp online epoch=\(Self.epoch(version, after: milliseconds)) timeout=0.0 seconds"]
  }

  private static func epoch(_ version: Int64, after milliseconds: Int64 = 0) -> Int64 {
    ((start + milliseconds) / 1000) << 21 | version
  }

  @Test mutating func `a client comes and goes`() {
    #expect(up(3, "a") == online(3))
    #expect(down(3, "a") == ["lamp offline"])
  }

  @Test mutating func `a connected that comes after its own pair's disconnected is stale`() {
    #expect(down(3, "a", after: 500) == ["lamp offline"])
    #expect(up(3, "a") == ["stale"])
    #expect(up(4, "b", after: 900) == online(4, after: 900))
  }

  @Test mutating func `what an older session did is stale`() {
    #expect(up(4, "b", after: 900) == online(4, after: 900))
    #expect(down(3, "a", after: 800) == ["stale"])
    #expect(up(3, "a") == ["stale"])
    #expect(down(4, "b", after: 950) == ["lamp offline"])
    #expect(up(3, "a") == ["stale"])
  }

  @Test mutating func `a newer session's end may come before its beginning`() {
    #expect(up(4, "b") == online(4))
    #expect(down(5, "c", after: 900) == ["lamp offline"])
    #expect(up(5, "c", after: 800) == ["stale"])
    #expect(down(4, "b", after: 700) == ["stale"])
  }

  @Test mutating func `duplicates change nothing`() {
    #expect(up(4, "b") == online(4))
    #expect(up(4, "b") == online(4))
    #expect(down(4, "b") == ["lamp offline"])
    #expect(down(4, "b") == ["lamp offline"])
    #expect(up(4, "b") == ["stale"])
  }

  @Test mutating func `the number begins again after a long absence`() {
    #expect(up(40, "a") == online(40))
    #expect(down(40, "a", after: 1000) == ["lamp offline"])
    let hour: Int64 = 3_600_000
    #expect(up(0, "b", after: hour) == online(0, after: hour))
    #expect(down(40, "a", after: 1000) == ["stale"])
    #expect(down(0, "b", after: hour + 1) == ["lamp offline"])
    #expect(up(0, "c", after: 2 * hour) == online(0, after: 2 * hour))
  }

  @Test mutating func `an end after a long absence may come before its beginning, too`() {
    #expect(up(40, "a") == online(40))
    #expect(down(0, "b", after: 600_000) == ["lamp offline"])
    #expect(up(0, "b", after: 600_000) == ["stale"])
  }

  @Test mutating func `a beginning later than all that the last session said is a new one's`() {
    #expect(up(40, "a") == online(40))
    #expect(down(40, "a", after: 5000) == ["lamp offline"])
    #expect(up(0, "b", after: 5000) == ["stale"])
    #expect(up(0, "b", after: 5001) == online(0, after: 5001))
    #expect(down(0, "b", after: 5002) == ["lamp offline"])
  }

  @Test mutating func `for an end with a lower number ten minutes are long, less is not`() {
    #expect(up(40, "a") == online(40))
    #expect(down(39, "b", after: 599_999) == ["stale"])
    #expect(down(39, "b", after: 600_000) == ["lamp offline"])
  }

  @Test mutating func `a connection that the same id took over does not end the client`() {
    #expect(up(4, "a") == online(4))
    #expect(down(4, "a", after: 10, "DUPLICATE_CLIENTID") == [])
    #expect(up(5, "b", after: 9) == online(5, after: 9))
    #expect(up(4, "a") == ["stale"])
  }

  @Test(arguments: ["AUTH_ERROR", "FORBIDDEN_ACCESS"])
  mutating func `a stranger who is not let in ends nobody's connection`(reason: String) {
    #expect(up(4, "a") == online(4))
    #expect(down(5, "b", after: 10, reason) == ["stale"])
    #expect(down(4, "a", after: 20, reason) == ["lamp offline"])
  }

  @Test mutating func `after a restart the engine's epoch is what is known`() {
    stage.heard.known = ["lamp": Standing(epoch: Self.epoch(7), isPresent: true)]
    #expect(down(6, "a", after: 9000) == ["stale"])
    #expect(up(6, "a", after: -1) == ["stale"])
    #expect(down(7, "b", after: -1) == ["stale"])
    #expect(down(7, "b", after: 1) == ["lamp offline"])
  }

  @Test mutating func `after a restart a pair that was ended stays so, but a later one counts`() {
    stage.heard.known = ["lamp": Standing(epoch: Self.epoch(7), isPresent: false)]
    #expect(up(7, "b") == ["stale"])
    #expect(up(8, "c") == online(8))
    stage = Rehearsal(AWSIoTDialect(prefix: nil))
    stage.heard.known = ["lamp": Standing(epoch: Self.epoch(0), isPresent: false)]
    #expect(up(0, "d", after: 4_000_000) == online(0, after: 4_000_000))
  }

  /// The number began again while the bridge was away, and the device, away for an hour, is back since.
  @Test(arguments: [true, false])
  mutating func `after a restart a number that began again counts`(wasPresent: Bool) {
    let hours: Int64 = 2 * 3_600_000
    stage.heard.known = ["lamp": Standing(epoch: Self.epoch(40), isPresent: wasPresent)]
    #expect(up(0, "b", after: hours) == online(0, after: hours))
    #expect(down(40, "a", after: 5000) == ["stale"])
    #expect(down(0, "b", after: hours + 1) == ["lamp offline"])
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
