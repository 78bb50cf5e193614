import Presence
import Testing

/// An engine made from its own rows, and rows that are damaged. That a restored engine goes on as if
/// nothing had been is held by the random histories, too.
@Suite struct RestoreTests {
  @Test func `a restored engine knows what was known`() throws {
    var stage = Stage()
    stage.online(
      "a", user: "ann", rooms: ["lab"], epoch: 4, timeout: .seconds(30), data: "{\"x\":1}")
    stage.join("b", "lab", data: "{\"y\":2}")
    stage.catchUp()
    stage.at(.seconds(10))
    let rows = Rows(of: stage.engine)
    try stage.restart()
    #expect(Rows(of: stage.engine) == rows)
    #expect(stage.members("lab") == ["ann/a", "b"])
    #expect(stage.since("b", in: "lab") == Stage.start.wall)
    #expect(stage.data("b", in: "lab") == "{\"y\":2}")
    stage.reconnect()
    stage.offline("a", user: "ann", epoch: 3)
    #expect(stage.engine.counters.stale == 1)
    stage.at(.seconds(40))
    stage.tick()
    #expect(stage.announced("lab") == ["-ann/a expired"])
  }

  @Test func `a pending death survives a restart, and so does the time of a removal`() throws {
    var stage = Stage(rules: .with { $0.reviveWindow = .seconds(100) })
    stage.online("a", rooms: ["lab"])
    stage.online("b", rooms: ["hall"])
    stage.catchUp()
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.offline("b")
    stage.catchUp()
    try stage.restart()
    stage.at(.seconds(50))
    stage.connect()
    stage.settle()
    stage.at(.milliseconds(59_999))
    stage.tick()
    #expect(stage.members("hall") == ["b"])
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.announced("hall") == ["-b offline"])
    stage.at(.milliseconds(100_999))
    stage.beat("a")
    #expect(stage.announced("lab") == ["+a revived"])
  }

  @Test func `an empty room's time goes on over a restart`() throws {
    var stage = Stage(rules: .with { $0.emptyRoomTTL = .seconds(100) })
    stage.join("a", "lab")
    stage.catchUp()
    stage.leave("a", "lab")
    stage.catchUp()
    stage.at(.seconds(70))
    try stage.restart()
    stage.reconnect()
    stage.at(.milliseconds(99_999))
    stage.tick()
    #expect(stage.cleared() == [])
    stage.at(.seconds(100))
    stage.tick()
    #expect(stage.cleared() == ["lab"])
  }

  @Test func `revisions go on above those of the rows`() throws {
    var stage = Stage()
    stage.join("a", "lab")
    stage.catchUp()
    stage.join("b", "lab")
    let revision = stage.engine.revision
    try stage.restart()
    #expect(stage.engine.revision == revision)
  }

  static let lab = Rows.Room(name: Array("lab".utf8), revision: 5, emptiedAt: nil)
  static let client = Rows.Client(
    user: nil, name: Array("a".utf8), numbers: [1, 0, -1, -1, 0, 0, 0, 0, -1, 0, 0, 0],
    data: nil)

  /// Rows that fit together: `a` in the lab.
  static var sound: Rows {
    var rows = Rows()
    rows.rooms[0] = lab
    rows.clients[0] = client
    rows.memberships[0] = MembershipRow(id: 0, client: 0, room: 0, state: 1, since: 9, data: nil)
    return rows
  }

  private func refusal(_ change: (inout Rows) -> Void) -> String? {
    var rows = Self.sound
    change(&rows)
    var engine = Engine(rules: Rules())
    do throws(RestoreError) {
      try rows.restore(into: &engine, at: Stage.start)
      return nil
    } catch { return error.row }
  }

  private func changed(_ change: (inout Rows.Client) -> Void) -> Rows.Client {
    var client = Self.client
    change(&client)
    return client
  }

  @Test func `rows that fit together are taken`() {
    #expect(refusal { _ in } == nil)
  }

  @Test func `rooms that cannot be are refused`() {
    #expect(refusal { $0.rooms[1] = Self.lab } == "room 1")
    #expect(refusal { $0.rooms[-1] = Self.lab } == "room -1")
    #expect(refusal { $0.rooms[.max] = Rows.Room(name: [65], revision: 0) } == "room 2147483647")
    #expect(refusal { $0.rooms[0]?.name = [] } == "room 0")
    #expect(refusal { $0.rooms[0]?.name = [UInt8](repeating: 65, count: 257) } == "room 0")
    #expect(refusal { $0.rooms[0]?.revision = .max } == "room 0")
    #expect(refusal { $0.rooms[0]?.emptiedAt = .min } == "room 0")
  }

  @Test func `clients that cannot be are refused`() {
    #expect(refusal { $0.clients[1] = Self.client } == "client 1")
    #expect(refusal { $0.clients[-2] = Self.client } == "client -2")
    #expect(refusal { $0.clients[0]?.user = [] } == "client 0")
    #expect(refusal { $0.clients[0]?.user = [UInt8](repeating: 65, count: 70_000) } == "client 0")
    for state: Int64 in [0, 4, 7] {
      #expect(refusal { $0.clients[0]?.numbers[0] = state } == "client 0")
    }
    for mark: Int64 in [.min, -1, .max] {
      #expect(refusal { $0.clients[0]?.numbers[1] = mark } == "client 0")
    }
    #expect(refusal { $0.clients[0]?.numbers[2] = .min } == "client 0")
    #expect(refusal { $0.clients[0]?.numbers[3] = .min } == "client 0")
    #expect(refusal { $0.clients[0]?.numbers[2] = .max } == "client 0")
    for gateway: Int64 in [-2, 0, 200_000_000] {
      #expect(refusal { $0.clients[0]?.numbers[8] = gateway } == "client 0")
    }
    #expect(refusal { $0.clients[0]?.name = [UInt8](repeating: 65, count: 129) } == "client 0")
    #expect(refusal { $0.clients[0]?.name = [65, 0] } == "client 0")
    for data in ["", "{", "1", "[1]"] {
      #expect(refusal { $0.clients[0]?.data = Array(data.utf8) } == "client 0")
    }
  }

  @Test func `memberships that cannot be are refused`() {
    #expect(refusal { $0.memberships[0]?.client = 1 } == "membership 0")
    #expect(refusal { $0.memberships[0]?.client = -1 } == "membership 0")
    #expect(refusal { $0.memberships[0]?.room = 1 } == "membership 0")
    #expect(refusal { $0.memberships[0]?.room = -7 } == "membership 0")
    for state: UInt8 in [0, 3, 9] {
      #expect(refusal { $0.memberships[0]?.state = state } == "membership 0")
    }
    for since: Int64 in [.min, -1 << 54, .max] {
      #expect(refusal { $0.memberships[0]?.since = since } == "membership 0")
    }
    #expect(refusal { $0.memberships[0]?.data = [] } == "membership 0")
    #expect(refusal { $0.clients[0]?.numbers[0] = 3 } == "membership 0")
    #expect(
      refusal {
        $0.memberships[1] = MembershipRow(id: 1, client: 0, room: 0, state: 1, since: 9, data: nil)
      } == "membership 1")
  }
}
