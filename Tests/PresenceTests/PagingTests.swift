import Testing

@testable import Presence

/// Pages of members and of rooms, in the order of their names, while they come and go.
@Suite struct PagingTests {
  private let now = Now(instant: Instant(nanoseconds: 1_000_000_000), wall: 1_700_000_000_000)

  private func engine(members: some Sequence<Int>) -> Engine {
    var engine = Engine(rules: Rules())
    engine.connected(at: now)
    engine.settled(brokerRestarted: false, at: now)
    for member in members { say(&engine, member, .join(data: nil)) }
    return engine
  }

  /// Every third client belongs to a user; the names of a pair differ in the user alone.
  private func say(
    _ engine: inout Engine, _ member: Int, _ action: RoomAction, room: String = "lab"
  ) {
    let name = Array("client-\(member / 2)".utf8)
    name.withUnsafeBytes { client in
      Array("ann".utf8).withUnsafeBytes { user in
        Array(room.utf8).withUnsafeBytes { room in
          let who = member % 2 == 1 ? Who(user: user, client: client) : Who(client: client)
          engine.room(who, room, action, at: now)
        }
      }
    }
  }

  private func name(_ member: Int) -> MemberName {
    MemberName(
      client: Array("client-\(member / 2)".utf8), user: member % 2 == 1 ? Array("ann".utf8) : nil)
  }

  private func isBefore(_ left: MemberName, _ right: MemberName) -> Bool {
    if left.client != right.client { return left.client.lexicographicallyPrecedes(right.client) }
    return left.user == nil && right.user != nil
  }

  private func page(_ engine: inout Engine, after: MemberName?, limit: Int, step: Int = 700)
    -> (names: [MemberName], more: Bool)
  {
    while true {
      var budget = step
      if let page = engine.membersPage(of: 0, after: after, limit: limit, budget: &budget) {
        return (page.members.map { engine.memberName($0) }, page.more)
      }
    }
  }

  private func all(_ engine: inout Engine, limit: Int, between: (inout Engine) -> Void = { _ in })
    -> [MemberName]
  {
    var names: [MemberName] = []
    while true {
      let (page, more) = page(&engine, after: names.last, limit: limit)
      names += page
      if !more { return names }
      between(&engine)
    }
  }

  @Test(arguments: [(0, 5), (1, 1), (7, 3), (100, 100), (101, 100), (9_000, 1_000), (9_000, 333)])
  func `pages name everybody once, in order`(count: Int, limit: Int) {
    var engine = engine(members: 0..<count)
    if count == 0 { say(&engine, 0, .join(data: nil)); say(&engine, 0, .leave) }
    #expect(all(&engine, limit: limit) == (0..<count).map(name).sorted(by: isBefore))
  }

  @Test(arguments: 1...4)
  func `who stays is named once, whoever comes and goes meanwhile`(seed: Int) {
    var engine = engine(members: 0..<8_000)
    var random = UInt64(seed)
    var turn = 0
    let names = all(&engine, limit: 100) { engine in
      turn += 1
      for _ in 0..<30 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let member = Int(random >> 40) % 4_000
        say(&engine, 4 * member + 1, turn % 2 == 0 ? .leave : .join(data: nil))
      }
    }
    let stayed = (0..<8_000).filter { $0 % 4 != 1 }.map(name).sorted(by: isBefore)
    let unsteady = Set(stride(from: 1, to: 16_000, by: 4).map { name($0).client })
    #expect(names.filter { $0.user == nil || !unsteady.contains($0.client) } == stayed)
    #expect(zip(names, names.dropFirst()).allSatisfy { isBefore($0, $1) })
  }

  @Test func `a walk that members leave under goes on`() {
    var engine = engine(members: 0..<3_000)
    for member in stride(from: 2_999, to: 0, by: -7) {
      var budget = 5
      _ = engine.membersPage(of: 0, after: nil, limit: 10, budget: &budget)
      say(&engine, member, .leave)
    }
    let left = (0..<3_000).filter { (2_999 - $0) % 7 != 0 || $0 == 0 }
    #expect(all(&engine, limit: 500) == left.map(name).sorted(by: isBefore))
  }

  @Test func `a call looks at no more members than it may`() {
    var engine = engine(members: 0..<5_000)
    var calls = 0
    while true {
      var budget = 500
      calls += 1
      if engine.membersPage(of: 0, after: nil, limit: 10, budget: &budget) != nil { break }
      #expect(budget == 0)
    }
    #expect(calls == 10 || calls == 11)
    var budget = 0
    #expect(engine.membersPage(of: 0, after: name(2), limit: 10, budget: &budget) != nil)
  }

  @Test func `rooms are found by how they begin, behind a name, a page at a time`() {
    var engine = engine(members: 0..<1)
    for number in 0..<2_000 { say(&engine, number, .join(data: nil), room: "b/\(number)") }
    let wanted = (0..<2_000).map { Array("b/\($0)".utf8) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    var names: [[UInt8]] = []
    var more = true
    while more {
      var walk = RoomsWalk(prefix: Array("b/".utf8), after: names.last, limit: 300)
      var budget = 100
      var page = engine.advance(&walk, budget: &budget)
      while page == nil {
        budget = 100
        page = engine.advance(&walk, budget: &budget)
      }
      names += page?.rooms.map(\.name) ?? []
      more = page?.more ?? false
    }
    #expect(names == wanted)
  }
}
