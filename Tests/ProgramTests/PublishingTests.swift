import MQTT
import TestSupport
import Testing

/// Behaviour 7: how often is published, and how much of it in one message.
@Suite(.serialized)
struct PublishingTests {
  /// Publishes many joins of a room, of clients that only this topic knows, in one burst.
  private func join(_ count: Int, _ room: String, from client: TestClient) throws {
    let connection = try #require(client.connection)
    let before = client.acknowledged.count
    for number in 0..<count {
      try connection.publish(
        "presence/clients/\(name(number))/rooms/\(room)", Array("join".utf8), qos: .atLeastOnce,
        retain: false)
    }
    try client.wait(for: "all joins") { $0.acknowledged.count == before + count }
  }

  private func name(_ number: Int) -> String { "c\(10_000 + number)" }

  /// Events that follow on each other without a gap.
  private func expectChain(_ events: [Event]) {
    #expect(events.first?.previous == 0)
    for (earlier, later) in zip(events, events.dropFirst()) {
      #expect(later.previous == earlier.revision)
      #expect(later.revision > earlier.revision)
    }
  }

  @Test(
    "A burst of joins is few publishes that end on the truth",
    arguments: [ProtocolVersion.v5, .v311])
  func burst(version: ProtocolVersion) throws {
    let site = try Site(version, ["publish_interval": "300ms", "members_limit": "1000"])
    let sender = try site.device("sender")
    let clock = ContinuousClock()
    let begin = clock.now
    try join(400, "lab", from: sender.client)
    try site.wait(for: "400 members") { site.observer.count("lab") == 400 }
    let possible = 2 + Int((clock.now - begin) / .milliseconds(300))
    let events = try site.observer.events("lab")
    #expect(site.observer.messages("occupancy/lab").count <= possible)
    #expect(events.count <= possible)
    expectChain(events)
    #expect(events.flatMap(\.added).map(\.client).sorted() == (0..<400).map(name))
    #expect(try site.observer.snapshot("lab")?.revision == events.last?.revision)
    #expect(try site.observer.clients("lab") == (0..<400).map(name))
  }

  @Test("From empty to occupied and back is published at once, other changes wait their turn")
  func edges() throws {
    let site = try Site(.v5, ["publish_interval": "3s", "offline_grace": "0"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    let clock = ContinuousClock()
    let begin = clock.now
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    try pump.leave("lab")
    try site.wait(for: "an empty room") { site.observer.count("lab") == 0 }
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    // Each of the three would have waited that long.
    #expect(clock.now - begin < .seconds(3))

    let before = site.observer.messages("occupancy/lab").count
    try valve.join("lab")
    try site.flush()
    #expect(site.observer.messages("occupancy/lab").count == before)
    try site.wait("lab", holds: "pump", "valve")
    #expect(clock.now - begin >= .seconds(3))
  }

  @Test("A room that flickers is published at most ten times a second")
  func flicker() throws {
    let site = try Site(.v5, ["publish_interval": "0"])
    let pump = try site.device("pump")
    let clock = ContinuousClock()
    let begin = clock.now
    for _ in 0..<300 {
      try pump.join("lab")
      try pump.leave("lab")
    }
    try site.flush()
    try site.run(for: .milliseconds(300))
    let seconds = Double((clock.now - begin) / .milliseconds(1)) / 1000
    #expect(Double(site.observer.messages("events/lab").count) <= 2 + 10 * seconds)
    #expect(site.observer.count("lab") == 0 || site.observer.count("lab") == nil)
  }

  @Test("A change of more than 500 names is several chained events that name everybody")
  func bulk() throws {
    let site = try Site(.v5, ["publish_interval": "1s"])
    let sender = try site.device("sender")
    try sender.join("lab")
    try site.wait("lab", holds: "sender")
    try join(1200, "lab", from: sender.client)
    try site.wait(for: "1201 members") { site.observer.count("lab") == 1201 }
    let events = try site.observer.events("lab")
    expectChain(events)
    #expect(events.allSatisfy { $0.added.count <= 500 })
    #expect(events.filter(\.bulk).count >= 3)
    #expect(events.first?.bulk == false)
    #expect(
      events.flatMap(\.added).map(\.client).sorted() == (0..<1200).map(name) + ["sender"])
    let snapshot = try #require(try site.observer.snapshot("lab"))
    #expect(snapshot.revision == events.last?.revision)
    #expect(snapshot.truncated && snapshot.members.count == 100 && snapshot.count == 1201)
    #expect(snapshot.clients == (0..<100).map(name))
  }

  @Test("members_limit bounds users and members, and the numbers are of the whole room")
  func membersLimit() throws {
    let site = try Site(.v5, ["members_limit": "2"])
    for (name, user) in [("a", "u1"), ("b", "u2"), ("c", "u3"), ("d", nil)] {
      try site.device(name, user: user).join("lab")
    }
    try site.wait(for: "four members") { site.observer.count("lab") == 4 }
    let snapshot = try #require(try site.observer.snapshot("lab"))
    #expect(
      snapshot.clients == ["a", "b"] && snapshot.users == ["u1", "u2"] && snapshot.truncated)
    #expect((snapshot.count, snapshot.users_count, snapshot.anonymous) == (4, 3, 1))
  }

  @Test("max_snapshot bounds the message")
  func maxSnapshot() throws {
    let site = try Site(.v5, ["max_snapshot": "2KiB"])
    try join(90, "lab", from: try site.device("sender").client)
    try site.wait(for: "90 members") { site.observer.count("lab") == 90 }
    let snapshot = try #require(try site.observer.snapshot("lab"))
    #expect(snapshot.truncated && snapshot.count == 90)
    #expect((20..<90).contains(snapshot.members.count))
    #expect(snapshot.clients == (0..<snapshot.members.count).map(name))
    let sizes = site.observer.messages("occupancy/lab").map(\.payload.count)
    #expect((sizes.max() ?? 0) <= 2048)
  }

  @Test("The broker's largest packet bounds snapshots and events")
  func maxPacketSize() throws {
    let site = try Site(.v5, ["members_limit": "1000", "publish_interval": "500ms"]) {
      $0.extraLines.append("max_packet_size 3000")
    }
    let sender = try site.device("sender")
    try sender.join("lab")
    try site.wait("lab", holds: "sender")
    try join(200, "lab", from: sender.client)
    try site.wait(for: "201 members") { site.observer.count("lab") == 201 }
    let snapshot = try #require(try site.observer.snapshot("lab"))
    #expect(snapshot.truncated && snapshot.count == 201 && snapshot.members.count > 20)
    let events = try site.observer.events("lab")
    expectChain(events)
    #expect(events.flatMap(\.added).count == 201)
    #expect(events.contains { $0.bulk })
    #expect(site.observer.client.messages.allSatisfy { $0.payload.count < 3000 })
  }
}
