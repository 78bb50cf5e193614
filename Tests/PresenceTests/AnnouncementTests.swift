import Presence
import Testing

/// Contract, 7 and 12: the net change of a room, its edges and its revisions.
@Suite struct AnnouncementTests {
  @Test func `who comes and goes unseen was never there`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.leave("a", "lab")
    #expect(stage.announced("lab") == [])
  }

  @Test func `who leaves and comes back unseen never left`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.catchUp()
    let since = stage.since("a", in: "lab")
    stage.at(.seconds(5))
    stage.leave("a", "lab")
    stage.join("a", "lab")
    #expect(stage.announced("lab") == [])
    #expect(stage.since("a", in: "lab") == since)
    stage.leave("a", "lab")
    stage.catchUp()
    stage.join("a", "lab")
    #expect(stage.since("a", in: "lab") == since.map { $0 + 5_000 })
  }

  @Test func `who was forgotten and is back unseen never left`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], data: "{\"x\":1}")
    stage.catchUp()
    stage.forget("a")
    stage.online("a", rooms: ["lab"])
    #expect(stage.announced("lab") == ["~a"])
    #expect(stage.data("a", in: "lab") == nil)
  }

  @Test func `the last reason is the one that is given`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.catchUp()
    stage.leave("a", "lab")
    stage.join("a", "lab")
    stage.at(.seconds(60))
    stage.tick()
    #expect(stage.announced("lab") == ["-a expired"])
    stage.beat("a")
    stage.leave("a", "lab")
    stage.join("a", "lab")
    #expect(stage.announced("lab") == ["+a joined"])
  }

  @Test func `data that changes is an update, and data that changes back is nothing`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], data: "{\"x\":1}")
    stage.catchUp()
    stage.online("a", data: "{\"x\":2}")
    #expect(stage.announced("lab") == ["~a"])
    stage.online("a", data: "{\"x\":3}")
    stage.online("a", data: "{\"x\":2}")
    #expect(stage.announced("lab") == [])
    stage.online("a", data: "{}")
    #expect(stage.announced("lab") == ["~a"])
    #expect(stage.changesNothing { $0.online("a", data: "{}") })
  }

  @Test func `a room's own data wins, and its client's shows again without it`() {
    var stage = Stage()
    stage.online("a", rooms: ["lab", "hall"], data: "{\"x\":1}")
    stage.join("a", "lab", data: "{\"y\":1}")
    stage.catchUp()
    stage.online("a", data: "{\"x\":2}")
    #expect(stage.announced("lab") == [])
    #expect(stage.announced("hall") == ["~a"])
    stage.join("a", "lab")
    #expect(stage.data("a", in: "lab") == "{\"y\":1}")
    stage.join("a", "lab", data: "{}")
    #expect(stage.data("a", in: "lab") == "{\"x\":2}")
    #expect(stage.announced("lab") == ["~a"])
  }

  @Test func `a room's own data goes with a leave, and stays over a revival`() {
    var stage = Stage()
    stage.join("a", "lab", data: "{\"y\":1}")
    stage.offline("a")
    stage.at(.seconds(1))
    stage.tick()
    stage.catchUp()
    stage.beat("a")
    #expect(stage.data("a", in: "lab") == "{\"y\":1}")
    stage.leave("a", "lab")
    stage.join("a", "lab")
    #expect(stage.data("a", in: "lab") == nil)
  }

  @Test func `a room is listed once however often it changes`() {
    var stage = Stage()
    stage.join("a", "lab")
    stage.join("b", "lab")
    stage.leave("b", "lab")
    stage.join("a", "hall")
    #expect(stage.engine.takeTouchedRooms().count == 2)
    #expect(stage.engine.takeTouchedRooms().isEmpty)
    stage.join("c", "lab")
    #expect(stage.engine.takeTouchedRooms().count == 1)
  }

  @Test func `an edge is a room that fills or empties, as last announced`() throws {
    var stage = Stage()
    stage.join("a", "lab")
    let lab = try #require(stage.find("lab"))
    #expect(stage.engine.isEdge(lab))
    stage.catchUp()
    stage.join("b", "lab")
    #expect(!stage.engine.isEdge(lab))
    stage.leave("a", "lab")
    stage.leave("b", "lab")
    #expect(stage.engine.isEdge(lab))
    stage.join("b", "lab")
    #expect(!stage.engine.isEdge(lab))
  }

  @Test func `revisions of a room follow on each other, and none is used twice`() throws {
    var stage = Stage()
    var used: Set<Int64> = []
    var last: [String: Int64] = [:]
    for step in 0..<60 {
      let room = step % 3 == 0 ? "hall" : "lab"
      stage.join("c\(step)", room)
      if step % 7 == 3 { stage.engine.raiseRevision(above: Int64(step) * 100) }
      let index = try #require(stage.find(room))
      let isEmpty = stage.engine.announce(index).isEmpty
      #expect(!isEmpty)
      let revisions = stage.engine.revisions(for: index, count: step % 5 == 0 ? 3 : 1)
      #expect(revisions.previous == last[room] ?? 0)
      #expect(revisions.new == revisions.new.sorted())
      #expect((revisions.new.first ?? 0) > revisions.previous)
      if step >= 3 { #expect((revisions.new.first ?? 0) > Int64((step - 3) / 7 * 7 + 3) * 100) }
      for revision in revisions.new { #expect(used.insert(revision).inserted) }
      last[room] = revisions.new.last
    }
  }

  @Test func `revisions begin above the one that an engine is made with`() throws {
    var engine = Engine(rules: Rules(), revision: 1_000)
    #expect(engine.revision == 1_000)
    let next = engine.nextRevision()
    #expect(next == 1_001)
    engine.raiseRevision(above: 500)
    let another = engine.nextRevision()
    #expect(another == 1_002)
  }
}
