import Presence
import Store
import Testing

@testable import Bridge

/// The loop goes on while the disk is awaited, and lets nothing out that is not in the database.
@Suite struct SyncingTests {
  private let storage = HeldStorage()
  private let stage: LoopStage

  init() throws {
    stage = try LoopStage(storage: storage)
    stage.run()
    _ = storage.takeActs()
  }

  private func join(_ client: String, _ room: String = "lab") {
    stage.broker.say("presence/clients/\(client)/rooms/\(room)", "join", isAcknowledged: true)
  }

  private var counts: [String] { stage.broker.take("presence/count/lab") }

  @Test func `what comes while the disk is awaited is read, and let out with the commit after it`()
  {
    storage.isHeld = true
    join("a")
    stage.pass(.milliseconds(10))
    join("b")
    stage.broker.say("presence/clients/a/heartbeat", "")
    stage.pass(.milliseconds(10))
    #expect(stage.loop.engine.presences == 2)
    #expect(stage.loop.engine.counters.heartbeats == 1)
    #expect(counts == [])
    #expect(!stage.loop.mayWrite)
    storage.isHeld = false
    stage.run()
    #expect(storage.takeActs() == [.commit(clients: 1), .commit(clients: 1)])
    #expect(counts.last == "2")
    #expect(stage.loop.mayWrite)
  }

  @Test func `the commit after it is the last: until it is done nothing more is read`() {
    storage.isHeld = true
    join("a")
    stage.pass(.milliseconds(10))
    join("b")
    stage.pass(.milliseconds(10))
    storage.answers = 1
    stage.pass(.milliseconds(5))
    #expect(storage.takeActs() == [.commit(clients: 1)])
    join("c")
    stage.pass(.milliseconds(50))
    #expect(stage.loop.engine.presences == 2)
    #expect(!stage.loop.mayRead)
    #expect(counts == [])
    storage.isHeld = false
    stage.pass(.milliseconds(200))
    #expect(stage.loop.engine.presences == 3)
    #expect(counts.last == "3")
  }

  @Test func `a disk that does not answer is given up before the broker grows impatient`() {
    storage.isHeld = true
    join("a")
    stage.pass(.milliseconds(7_400))
    #expect(stage.loop.saving.isDurable)
    stage.pass(.milliseconds(300))
    #expect(!stage.loop.saving.isDurable)
    #expect(storage.isGivenUp)
    #expect(counts == ["1"])
  }

  @Test func `a slow disk is given what comes within a moment at once`() {
    storage.isHeld = true
    join("a")
    stage.pass(.milliseconds(40))
    storage.isHeld = false
    stage.run()
    _ = storage.takeActs()
    join("b")
    stage.pass(.milliseconds(1))
    join("c")
    stage.pass(.milliseconds(20))
    #expect(storage.takeActs() == [.commit(clients: 2)])
  }

  @Test
  func `what was acknowledged while everything was written anew is committed before all is well`() {
    storage.error = .failed(call: "step", code: 13, reason: "full")
    join("a")
    stage.pass(.milliseconds(100))
    #expect(!stage.loop.saving.isDurable)
    storage.error = nil
    storage.isHeld = true
    stage.pass(.seconds(6))
    join("b")
    stage.pass(.milliseconds(100))
    #expect(counts.last == "2")
    #expect(!stage.loop.saving.isDurable)
    storage.isHeld = false
    stage.run()
    #expect(storage.takeActs() == [.rewrite, .commit(clients: 1)])
    #expect(stage.loop.saving.isDurable)
  }

  @Test func `a lock of a moment is waited out, and nobody hears of it`() {
    storage.isLocked = true
    join("a")
    stage.pass(.milliseconds(150))
    #expect(counts == [])
    storage.isLocked = false
    stage.pass(.milliseconds(20))
    #expect(counts == ["1"])
    #expect(storage.takeActs() == [.commit(clients: 1)])
    #expect(!stage.takeLog().contains { $0.contains("memory") })
  }

  @Test func `a lock that stays is gone on without, and what it kept out is all that is written`() {
    storage.isLocked = true
    join("a")
    stage.pass(.milliseconds(300))
    #expect(counts == ["1"])
    #expect(stage.takeLog().contains { $0.contains("locked by process 4711 (sqlite3)") })
    join("b")
    stage.pass(.milliseconds(300))
    #expect(counts == ["2"])
    #expect(!stage.loop.saving.isDurable)
    storage.isLocked = false
    stage.pass(.milliseconds(200))
    #expect(storage.takeActs() == [.commit(clients: 2)])
    #expect(stage.loop.saving.isDurable)
  }

  @Test(arguments: [(4_000, HeldStorage.Act.commit(clients: 1)), (6_000, .rewrite)])
  func `after a lock of seconds everything is written`(locked: Int, act: HeldStorage.Act) {
    storage.isLocked = true
    join("a")
    stage.pass(.milliseconds(locked))
    storage.isLocked = false
    stage.pass(.milliseconds(300))
    #expect(storage.takeActs() == [act])
    #expect(stage.loop.saving.isDurable)
  }

  /// So does a room, whose name the history has yet to be told.
  @Test func `who is forgotten keeps its number until a lock ends`() {
    storage.isLocked = true
    join("a", "hall")
    stage.pass(.milliseconds(300))
    stage.broker.say("presence/clients/a/status", "", isAcknowledged: true)
    stage.pass(.milliseconds(300))
    let capacity = stage.loop.engine.clientCapacity
    join("b", "hall")
    stage.pass(.milliseconds(300))
    #expect(stage.loop.engine.clientCapacity == capacity + 1)
    storage.isLocked = false
    stage.pass(.milliseconds(300))
    join("c", "hall")
    stage.pass(.milliseconds(300))
    #expect(stage.loop.engine.clientCapacity == capacity + 1)
  }

  @Test func `a file that was lost is made anew at once`() {
    storage.error = .lost(path: "db", reason: "has been deleted")
    join("a")
    while storage.error != nil, stage.loop.saving.isDurable { _ = stage.loop.turn() }
    storage.error = nil
    stage.pass(.milliseconds(50))
    #expect(storage.takeActs() == [.rewrite])
    #expect(stage.loop.saving.isDurable)
  }

  @Test
  func `a bridge that was suspended knows nothing of that time, though the connection is lost`() {
    join("a")
    stage.pass(.seconds(5))
    let alive = storage.row.aliveAt
    stage.clock.advance(.seconds(40))
    stage.broker.end(LinkEnd(reason: "keep-alive"))
    stage.pass(.seconds(5))
    #expect(stage.loop.isLive)
    #expect(storage.gaps.filter { $0 >= alive } == [alive])
  }
}
