import Foundation
import MQTT
import TestSupport
import Testing

/// Behaviour 1, and the topics and shapes of what the bridge publishes.
struct JoinTests {
  @Test(
    "A join is an event, then a snapshot, then a count, the first two under one revision",
    arguments: [ProtocolVersion.v5, .v311])
  func join(version: ProtocolVersion) throws {
    let begin = Date()
    let site = try Site(version)
    try site.device("pump").join("hall/east")
    try site.wait("hall/east", holds: "pump")

    let topics = site.observer.client.messages.map(\.topic).filter { $0.hasSuffix("hall/east") }
    #expect(topics == ["events", "occupancy", "count"].map { "presence/\($0)/hall/east" })
    let event = try #require(try site.observer.events("hall/east").first)
    let snapshot = try #require(try site.observer.snapshot("hall/east"))
    #expect(event.revision == snapshot.revision)
    #expect(event.revision >= Int64(begin.timeIntervalSince1970 * 1000) << 10)
    #expect(event.previous == 0)
    #expect((event.room, event.count, event.bulk) == ("hall/east", 1, false))
    #expect(event.added == [.init(client: "pump", user: nil, reason: "joined")])
    #expect(event.removed.isEmpty && event.updated.isEmpty)
    for time in try [event.at, snapshot.at, snapshot.members[0].since].map(date) {
      #expect(abs(time.timeIntervalSince(begin)) < 10)
    }
  }

  @Test("Events, snapshots and stats have the members of the contract, and no others")
  func shapes() throws {
    let site = try Site()
    try site.device("pump", user: "ann").join("hall", #"{"action":"join","data":{"n":1}}"#)
    try site.wait("hall", holds: "pump")
    #expect(
      try site.observer.newest("events/hall")?.keys()
        == ["added", "at", "bulk", "count", "previous", "removed", "revision", "room", "updated"])
    #expect(
      try site.observer.newest("occupancy/hall")?.keys() == [
        "anonymous", "at", "count", "members", "revision", "room", "truncated", "users",
        "users_count",
      ])
    #expect(site.observer.newest("count/hall")?.text == "1")

    let retained = try site.retained()
    #expect(retained["occupancy/hall"] == (site.observer.newest("occupancy/hall").map(asRetained)))
    #expect(retained["count/hall"]?.text == "1")
    #expect(retained["events/hall"] == nil)
    #expect(retained["bridge/status"]?.text == "online")
    #expect(retained["bridge/fence"] == nil)
    for topic in ["events/hall", "occupancy/hall", "count/hall"] {
      #expect(site.observer.newest(topic)?.qos == 1)
    }
  }

  private func asRetained(_ message: TestClient.Received) -> TestClient.Received {
    .init(topic: message.topic, payload: message.payload, qos: 0, retain: true)
  }

  @Test(
    "Members are sorted by client and user, users are distinct, and three pairs are three clients")
  func users() throws {
    let site = try Site()
    for (name, user) in [("x", "bob"), ("x", nil), ("z", "ann"), ("x", "ann"), ("é", nil)] {
      try site.device(name, user: user).join("lab")
    }
    try site.wait(for: "five members") { site.observer.count("lab") == 5 }

    let snapshot = try #require(try site.observer.snapshot("lab"))
    let pairs = snapshot.members.map { "\($0.user ?? "-")/\($0.client)" }
    #expect(pairs == ["-/x", "ann/x", "bob/x", "ann/z", "-/é"])
    #expect(snapshot.users == ["ann", "bob"])
    #expect((snapshot.users_count, snapshot.anonymous, snapshot.count) == (2, 2, 5))
    #expect(!snapshot.truncated)
  }

  @Test(
    "A join, a birth or a leave once more publishes nothing",
    arguments: [ProtocolVersion.v5, .v311])
  func repeated(version: ProtocolVersion) throws {
    let site = try Site(version)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try site.wait("lab", holds: "pump")
    let first = try #require(try site.observer.snapshot("lab"))

    try pump.join("lab")
    try pump.say(#"{"state":"online","rooms":["lab"]}"#)
    try pump.say("online")
    try pump.leave("kitchen")
    try site.device("valve").join("lab")
    try site.wait("lab", holds: "pump", "valve")

    let events = try site.observer.events("lab")
    #expect(events.map(\.words) == [["+pump joined"], ["+valve joined"]])
    #expect(events[1].previous == first.revision)
    #expect(try site.observer.snapshot("lab")?.member("pump")?.since == first.members[0].since)
    #expect(site.observer.client.messages.filter { $0.topic.hasSuffix("kitchen") }.isEmpty)
  }

  @Test(
    "A leave, an empty payload and a JSON object leave a room",
    arguments: ["leave", "", #"{"action":"leave"}"#])
  func leave(payload: String) throws {
    let site = try Site()
    let pump = try site.device("pump")
    try pump.join("lab", #"{"action":"join","more":[1]}"#)
    try pump.join("hall")
    try site.wait("lab", holds: "pump")
    try pump.leave("lab", payload)
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }

    let (joined, left) = (try site.observer.events("lab")[0], try site.observer.events("lab")[1])
    #expect(left.words == ["-pump left"])
    #expect((left.count, left.previous) == (0, joined.revision))
    #expect(left.revision > joined.revision)
    let snapshot = try #require(try site.observer.snapshot("lab"))
    #expect((snapshot.count, snapshot.revision) == (0, left.revision))
    #expect(snapshot.members.isEmpty && snapshot.users.isEmpty && !snapshot.truncated)
    #expect(site.observer.count("hall") == 1)
  }
}
