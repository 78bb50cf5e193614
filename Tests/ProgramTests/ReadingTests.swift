import TestSupport
import Testing

@testable import rollcall

/// `rooms` and `members` against a real broker that holds what a bridge retains.
@Suite struct ReadingTests {
  private static let snapshot =
    #"{"room":"lab","count":3,"users":["ann"],"users_count":1,"anonymous":2,"members":["#
    + #"{"client":"door","since":"2026-11-23T20:40:07.123Z"},"#
    + #"{"client":"phone","user":"ann","since":"2026-11-23T20:51:07.123Z","data":{"b":1}}],"#
    + #""truncated":true,"revision":7,"at":"2026-11-23T20:51:07.123Z"}"#

  private static let retained = [
    (topic: "bridge/status", payload: "online"), ("count/lab", "3"), ("count/a/b", "12"),
    ("occupancy/lab", snapshot),
  ]

  @Test(arguments: ["5", "311"])
  func roomsAreListedInOrder(version: String) throws {
    let broker = try TestBroker()
    try broker.retain(Self.retained)
    let result = try ProgramRun.run("rooms", on: broker, "-V", version)
    #expect(result.status == .code(0))
    #expect(result.lines == ["ROOM  COUNT", "a/b      12", "lab       3"])
    #expect(result.errors.isEmpty)
  }

  @Test func longSaysWhyThereIsNoMoreThanCounts() throws {
    let broker = try TestBroker()
    try broker.retain([("bridge/status", "online"), ("count/lab", "3")])
    let result = try ProgramRun.run("rooms", on: broker, "--long")
    #expect(result.status == .code(0))
    #expect(
      result.errors == "rollcall: no snapshot is there: users and times are for a login that may "
        + "read presence/occupancy/#\n")
    #expect(try ProgramRun.run("rooms", on: broker).errors == "")
    try broker.retain(Self.retained)
    #expect(try ProgramRun.run("rooms", on: broker, "--long").errors == "")
  }

  @Test func longReadsTheSnapshotsToo() throws {
    let broker = try TestBroker()
    try broker.retain(Self.retained)
    let lines = try ProgramRun.run("rooms", on: broker, "--long", "--json").lines
    #expect(
      lines == [
        #"{"room":"a/b","count":12}"#,
        #"{"room":"lab","count":3,"users_count":1,"anonymous":2,"at":"2026-11-23T20:51:07.123Z"}"#,
      ])
  }

  @Test(arguments: ["5", "311"])
  func allOfManyRoomsAreRead(version: String) throws {
    // More than Mosquitto queues of a QoS 1 subscription, and no bridge/status as their end.
    let broker = try TestBroker()
    let client = TestClient(broker, id: "bridge")
    try client.connect()
    for number in 0..<5000 {
      try client.connection?.publish(
        "presence/count/room-\(number)", [0x31], qos: .atLeastOnce, retain: true)
    }
    try client.publish("presence/count/last", "1", retain: true)
    let result = try ProgramRun.run("rooms", on: broker, "-V", version)
    #expect(result.lines.count == 5002)
    #expect(result.errors.contains("no bridge has said anything"))
  }

  @Test(arguments: [nil, "offline"])
  func anEmptyTableWithoutABridgeIsNoAnswer(status: String?) throws {
    let broker = try TestBroker()
    if let status { try broker.retain([("bridge/status", status)]) }
    let result = try ProgramRun.run("rooms", on: broker)
    #expect(result.status == .code(1))
    #expect(result.errors.contains("no room is shown"))
    #expect(result.lines.isEmpty)
  }

  @Test func aBridgeThatIsOfflineIsMentioned() throws {
    let broker = try TestBroker()
    try broker.retain([("bridge/status", "offline"), ("count/lab", "3")])
    let result = try ProgramRun.run("rooms", on: broker)
    #expect(result.status == .code(0))
    #expect(result.errors.contains("the bridge is offline"))
  }

  @Test func membersAreNamedWithWhatTheyAttached() throws {
    let broker = try TestBroker()
    try broker.retain(Self.retained)
    let result = try ProgramRun.run("members", on: broker, "lab")
    #expect(result.status == .code(0))
    #expect(result.lines.first == "lab: 3 present, 1 user, 2 anonymous")
    #expect(result.lines[3].hasPrefix("phone   ann   2026-11-23T20:51:07.123Z"))
    #expect(result.lines[3].hasSuffix("b=1"))
    #expect(result.lines.last?.hasPrefix("… and 1 more") == true)
    let json = try ProgramRun.run("members", on: broker, "lab", "--json").lines
    #expect(
      json.last
        == #"{"client":"phone","user":"ann","since":"2026-11-23T20:51:07.123Z","data":{"b":1}}"#)
  }

  @Test func whoIsAsleepIsSaidToBe() throws {
    let broker = try TestBroker()
    let members = #"{"client":"a","since":"x","asleep":true,"data":{}},{"client":"b","since":"x"}"#
    try broker.retain([
      ("bridge/status", "online"), ("count/lab", "2"),
      (
        "occupancy/lab",
        #"{"room":"lab","count":2,"users":[],"users_count":0,"anonymous":2,"members":[\#(members)],"#
          + #""truncated":false,"at":"x"}"#
      ),
    ])
    let lines = try ProgramRun.run("members", on: broker, "lab").lines
    #expect(lines.filter { $0.contains("  asleep") }.map { $0.prefix(2) } == ["a "])
    let json = try ProgramRun.run("members", on: broker, "lab", "--json").lines
    #expect(json.first == #"{"client":"a","since":"x","asleep":true,"data":{}}"#)
    #expect(json.last == #"{"client":"b","since":"x"}"#)
  }

  @Test func aRoomThatIsNotThereIsAFailure() throws {
    let broker = try TestBroker()
    try broker.retain(Self.retained)
    let result = try ProgramRun.run("members", on: broker, "nowhere")
    #expect(result.status == .code(1))
    #expect(result.errors == "rollcall: no room 'nowhere' is known\n")
  }

  @Test func whoMayReadOnlyCountsIsToldSo() throws {
    let broker = try TestBroker {
      $0.users = ["bridge": "bridge", "reader": "reader"]
      $0.acl = """
        user bridge
        topic presence/#
        user reader
        topic read presence/count/#
        topic read presence/bridge/status

        """
    }
    try broker.retain(Self.retained, as: "bridge")
    let login = ["-u", "reader", "-P", "reader"]
    let rooms = try ProgramRun.run("rooms", on: broker, login[0], login[1], login[2], login[3])
    #expect(rooms.lines == ["ROOM  COUNT", "a/b      12", "lab       3"])
    let members = try ProgramRun.run(
      "members", on: broker, "lab", login[0], login[1], login[2], login[3])
    #expect(members.status == .code(1))
    #expect(members.errors.contains("3 members, and this login may not read who they are"))
    let refused = try ProgramRun.run("rooms", on: broker, "-u", "reader", "-P", "wrong")
    #expect(refused.status == .code(1))
    #expect(refused.errors.localizedCaseInsensitiveContains("not authori"))
  }

  @Test func aBrokerThatHangsIsNotWaitedForLongerThanAllowed() throws {
    let broker = try TestBroker()
    broker.pause()
    defer { broker.resume() }
    let result = try ProgramRun.run("rooms", on: broker, "-W", "500ms")
    #expect(result.status == .code(1))
    #expect(result.errors.contains("no complete answer within 0.5 seconds"))
  }

  @Test func nobodyListening() throws {
    let result = try ProgramRun.run("rooms", "-p", String(TestPort.free()))
    #expect(result.status == .code(1))
    #expect(result.errors.contains("Connection refused"))
  }

  @Test func overTLS() throws {
    let broker = try TestBroker { $0.tls = .init() }
    try broker.retain(Self.retained)
    let certificates = try #require(broker.certificates)
    let result = try ProgramRun.run(
      "rooms", "-p", String(broker.tlsPort), "--cafile", certificates.ca)
    #expect(result.lines.count == 3)
    #expect(result.errors.isEmpty)
  }
}
