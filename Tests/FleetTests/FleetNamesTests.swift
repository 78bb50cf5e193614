import Testing

@testable import Fleet

@Suite struct FleetNamesTests {
  private func names(_ change: (inout FleetPlan) -> Void = { _ in }) -> FleetNames {
    var plan = FleetPlan()
    change(&plan)
    return FleetNames(plan: plan, root: "presence")
  }

  @Test func clientsArePaddedToTheSizeOfTheFleet() {
    #expect(names().client(6) == "sim-07")
    #expect(names { $0.clients = 1000 }.client(6) == "sim-0007")
    #expect(names { $0.prefix = "bench-" }.client(0) == "bench-01")
  }

  @Test func roomsAreOfThreeLevelsAndDistinct() {
    #expect(names().room(0) == "building-a/floor-1/room-101")
    #expect(names().room(5) == "building-a/floor-2/room-201")
    #expect(names().room(20) == "building-b/floor-1/room-101")
    #expect(Set((0..<2000).map { names().room($0) }).count == 2000)
  }

  @Test func everySecondClientHasAUserWhenThereAreUsers() {
    #expect(names().user(1) == nil)
    let names = names { $0.users = 2 }
    #expect((0..<6).map { names.user($0) } == [nil, "user-1", nil, "user-2", nil, "user-1"])
    #expect(names.status(1) == "presence/users/user-1/clients/sim-02/status")
    #expect(names.room(0, of: 0) == "presence/clients/sim-01/rooms/building-a/floor-1/room-101")
  }
}
