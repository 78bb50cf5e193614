import MQTT
import TestSupport
import Testing

@testable import Fleet

/// The fleet's connections, against a real broker.
@Suite struct SimulatedFleetTests {
  private func fleet(
    _ broker: TestBroker, _ change: (inout FleetPlan) -> Void = { _ in }
  ) throws -> SimulatedFleet {
    var plan = FleetPlan()
    (plan.clients, plan.vanishRate, plan.heartbeat) = (10, 0, .milliseconds(200))
    change(&plan)
    let template = ConnectionOptions(endpoint: broker.endpoint, clientID: "")
    return try SimulatedFleet(plan: plan, root: "presence", template: template)
  }

  /// Runs the fleet and a reader together until a condition holds.
  private func run(
    _ fleet: SimulatedFleet, _ reader: TestClient? = nil, limit: Duration = .seconds(10),
    until condition: () -> Bool
  ) throws {
    let deadline = fleet.now + limit
    while !condition() {
      guard fleet.now < deadline else { throw TestFailure("in vain: \(fleet.progress)") }
      try fleet.turn(upTo: .milliseconds(10))
      if let connection = reader?.connection {
        _ = try drive([connection], for: .milliseconds(1)) { false }
      }
    }
  }

  private func reader(_ broker: TestBroker, _ filters: String...) throws -> TestClient {
    let reader = TestClient(broker, id: "reader")
    try reader.connect()
    for filter in filters { try reader.subscribe(filter) }
    return reader
  }

  @Test func everybodyIsBornBeatsAndLeavesNothingBehind() throws {
    let broker = try TestBroker()
    let fleet = try fleet(broker)
    let reader = try reader(broker, "presence/#")
    try run(fleet, reader) { fleet.progress.online == 10 && fleet.progress.beats >= 30 }
    #expect(fleet.progress.errors == 0)
    let birth = try reader.wait(forMessage: "presence/clients/sim-01/status")
    let room = try #require(fleet.rooms(of: 0).first)
    #expect(birth.text.hasPrefix(#"{"state":"online","rooms":["\#(room)""#))
    try reader.wait(forMessage: "presence/clients/sim-10/heartbeat", "")

    #expect(try fleet.sayGoodbye(within: .seconds(10)) { false } == 0)
    try reader.wait(forMessage: "presence/clients/sim-01/status", "")
    let late = try self.reader(broker, "presence/#")
    try late.publish("presence/end", "")
    try late.wait(forMessage: "presence/end")
    #expect(late.messages.map(\.topic) == ["presence/end"])
  }

  @Test func whoIsCutHasItsWillPublishedAndComesBack() throws {
    let broker = try TestBroker()
    let fleet = try fleet(broker) {
      ($0.vanishRate, $0.away) = (100, .milliseconds(200))
    }
    let reader = try reader(broker, "presence/clients/+/status")
    try run(fleet, reader) {
      fleet.progress.cut >= 5 && fleet.progress.hung >= 5 && fleet.progress.connects >= 25
    }
    let wills = reader.messages.filter { $0.text.hasPrefix(#"{"state":"offline","epoch":"#) }
    #expect(!wills.isEmpty)
    #expect(fleet.progress.errors == 0)
    #expect(try fleet.sayGoodbye(within: .seconds(10)) { false } == 0)
  }

  @Test func joinsAndLeavesAreSaidOnTheRoomsTopics() throws {
    let broker = try TestBroker()
    let fleet = try fleet(broker) { ($0.joinRate, $0.leaveRate) = (600, 600) }
    let reader = try reader(broker, "presence/clients/+/rooms/#")
    try run(fleet, reader) {
      reader.messages.contains { $0.text == "join" }
        && reader.messages.contains { $0.text == "leave" }
    }
    #expect(reader.messages.allSatisfy { $0.qos == 1 && !$0.retain })
    #expect(reader.messages.allSatisfy { $0.topic.contains("/rooms/building-a/floor-1/room-10") })
  }

  @Test func aBrokerThatGoesAwayIsWaitedFor() throws {
    let broker = try TestBroker()
    let fleet = try fleet(broker)
    try run(fleet) { fleet.progress.online == 10 }
    try broker.kill()
    try run(fleet) { fleet.progress.online == 0 && fleet.progress.errors > 10 }
    try broker.start()
    try run(fleet) { fleet.progress.online == 10 }
    #expect(fleet.progress.lastError != nil)
    #expect(try fleet.sayGoodbye(within: .seconds(10)) { false } == 0)
  }

  @Test func aFleetBeyondThePacingComesOnlineToo() throws {
    let broker = try TestBroker()
    raiseDescriptorLimit(to: 2000)
    let fleet = try fleet(broker) { ($0.clients, $0.heartbeat) = (400, .seconds(10)) }
    try run(fleet) { fleet.progress.online == 400 }
    #expect(fleet.progress.errors == 0)
    #expect(try fleet.sayGoodbye(within: .seconds(10)) { false } == 0)
  }

  @Test func goodbyesEndAtTheirLimit() throws {
    let broker = try TestBroker()
    let fleet = try fleet(broker)
    try run(fleet) { fleet.progress.online == 10 }
    broker.pause()
    defer { broker.resume() }
    #expect(try fleet.sayGoodbye(within: .milliseconds(300)) { false } == 10)
  }
}
