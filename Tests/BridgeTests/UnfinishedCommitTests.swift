import Presence
import Store
import Testing

@testable import Bridge

/// Until a commit is done nothing of it gets out, and it is seen through whatever happens meanwhile.
@Suite struct UnfinishedCommitTests {
  private final class HandClock: Clock {
    var time: Int64 = 1_000_000_000_000
    var now: Now {
      Now(instant: Instant(nanoseconds: time), wall: 1_700_000_000_000 + time / 1_000_000)
    }
    func jitter() -> Double { 0 }
  }

  /// Commits as many calls later as it is told.
  private final class SlowStorage: Storage {
    var callsLeft = 0
    var isFull = false
    private(set) var commits = 0
    private(set) var rewrites = 0

    func commit(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
      throws(StoreError) -> Bool
    {
      if isFull { throw .failed(call: "step", code: 13, reason: "database or disk is full") }
      callsLeft -= 1
      guard callsLeft < 0 else { return false }
      unsaved = Unsaved()
      callsLeft = 0
      commits += 1
      return true
    }

    func rewrite(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
      throws(StoreError) -> Bool
    {
      rewrites += 1
      unsaved = engine.everything
      return try commit(&unsaved, of: engine, bridge: bridge)
    }
    var filters: [String] { [] }
    func keep(filters: [String]) {}
  }

  /// A broker that gives back the fences.
  private final class EchoLink: Link, Broker {
    private var delegate: (any LinkDelegate)?
    private var inbox: [(topic: [UInt8], payload: [UInt8], isAcknowledged: Bool)] = []
    private(set) var topics: [String] = []
    private(set) var writes = 0
    private(set) var ids: Int32 = 0
    var isOpen = true
    var hasInput: Bool { !inbox.isEmpty }

    func connect(version: LinkVersion, delegate: any LinkDelegate) -> any Link {
      self.delegate = delegate
      if isOpen { delegate.linkDidConnect(LinkWelcome()) }
      return self
    }

    func say(_ topic: String, _ payload: String, isAcknowledged: Bool = true) {
      inbox.append((Array(topic.utf8), Array(payload.utf8), isAcknowledged))
    }

    func cut() { delegate?.linkDidEnd(LinkEnd(reason: "cut", isTakenOver: false)) }

    func read() {
      guard !inbox.isEmpty else { return }
      let message = inbox.removeFirst()
      message.topic.withUnsafeBytes { topic in
        message.payload.withUnsafeBytes { payload in
          delegate?.linkDidReceive(
            Delivery(
              topic: topic, payload: payload, isAcknowledged: message.isAcknowledged,
              isReplay: false))
        }
      }
    }

    func publish(
      _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
    ) -> Int32 {
      let name = String(decoding: topic, as: UTF8.self)
      topics.append(name)
      if name.hasSuffix("/fence") { inbox.append((topic, Array(payload), false)) }
      ids += 1
      return ids
    }

    func write() { writes += 1 }
    func keepAlive() {}
    func subscribe(_ filters: [String], atLeastOnce: Bool) -> Int32 { 0 }
    func unsubscribe(_ filters: [String]) -> Int32 { 0 }
    func disconnect() {}
    func close() {}
  }

  private struct Live {
    let clock = HandClock()
    let link = EchoLink()
    let storage = SlowStorage()
    let loop: BridgeLoop

    init() {
      var configuration = Configuration()
      configuration.emptyRoomTTL = .seconds(1)
      loop = BridgeLoop(
        configuration: configuration, engine: Engine(rules: Rules(configuration)),
        bridge: BridgeRow(revision: 0, aliveAt: 0), broker: link, storage: storage, clock: clock,
        log: Log(level: .error) { _ in })
      for _ in 0..<5 { turn() }
    }

    func turn(after milliseconds: Int64 = 1) {
      clock.time += milliseconds * 1_000_000
      _ = loop.turn()
    }

    func room(_ name: String) -> Int32? {
      Array(name.utf8).withUnsafeBytes { loop.engine.findRoom($0) }
    }

    /// A room that somebody has just left.
    func emptyRoom() throws -> Int32 {
      for word in ["join", "leave"] {
        link.say("presence/clients/a/rooms/lab", word)
        turn(after: 1_000)
      }
      return try #require(room("lab"))
    }

    /// Of the room, so far.
    var announcements: Int { link.topics.count { $0 == "presence/events/lab" } }
    var statuses: Int { link.topics.count { $0 == "presence/bridge/status" } }
  }

  @Test func `nothing is published or let go before the commit is done, and what comes is read`() {
    let live = Live()
    #expect(live.loop.isLive)
    live.storage.callsLeft = 3
    let writes = live.link.writes
    live.link.say("presence/clients/a/rooms/lab", "join")
    for turn in 1...3 {
      live.turn()
      #expect(live.announcements == 0)
      #expect(live.link.writes == writes)
      #expect(!live.loop.mayWrite)
      live.link.say("presence/clients/a/heartbeat", "", isAcknowledged: false)
      #expect(live.loop.engine.counters.heartbeats == turn - 1)
    }
    live.turn()
    #expect(live.announcements == 1)
    #expect(live.link.writes == writes + 1)
    #expect(live.loop.mayWrite)
  }

  @Test func `time stands still meanwhile`() throws {
    let live = Live()
    let room = try live.emptyRoom()
    live.storage.callsLeft = 2
    live.link.say("presence/clients/a/rooms/hall", "join")
    live.turn()
    live.turn(after: 60_000)
    #expect(live.loop.engine.isShown(room))
    for _ in 0..<3 { live.turn() }
    #expect(live.room("lab") == nil)
  }

  @Test func `a commit is seen through although the connection ends`() {
    let live = Live()
    live.storage.callsLeft = 2
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    let commits = live.storage.commits
    live.link.isOpen = false
    live.link.cut()
    live.turn(after: 1_000)
    #expect(!live.loop.isLive)
    live.turn()
    #expect(live.storage.commits == commits + 1)
  }

  @Test func `the bridge does not stop before it is done`() {
    let live = Live()
    live.storage.callsLeft = 3
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    let writes = live.link.writes
    let statuses = live.statuses
    live.loop.stop()
    live.turn(after: 2_900)
    #expect(live.link.writes == writes)
    #expect(live.statuses == statuses)
    for _ in 0..<3 { live.turn() }
    #expect(live.statuses == statuses + 1)
  }

  @Test func `a stop that cannot wait for the commit says no goodbye, and saves first`() {
    let live = Live()
    live.storage.callsLeft = 4
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    let (writes, commits) = (live.link.writes, live.storage.commits)
    live.loop.stop()
    live.turn()
    live.turn(after: 3_000)
    #expect(live.link.writes == writes)
    #expect(live.storage.commits == commits)
    for _ in 0..<4 { live.turn() }
    #expect(live.storage.commits == commits + 1)
    #expect(live.loop.turn() == nil)
    #expect(live.loop.failure == nil)
  }

  @Test func `a commit that does not come to an end has failed before the broker grows impatient`()
  {
    let live = Live()
    live.storage.callsLeft = .max
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    let writes = live.link.writes
    for _ in 1...74 { live.turn(after: 100) }
    live.turn(after: 99)
    #expect(live.loop.saving.isDurable)
    #expect(live.link.writes == writes)
    live.turn(after: 1)
    #expect(!live.loop.saving.isDurable)
    #expect(live.link.writes > writes)
    #expect(live.announcements == 1)
  }

  @Test func `time in which the bridge was suspended is not the disk's`() {
    let live = Live()
    live.storage.callsLeft = 2
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    live.turn(after: 60_000)
    #expect(live.loop.saving.isDurable)
    live.turn()
    #expect(live.loop.saving.isDurable)
    #expect(!live.loop.saving.isUnfinished)
  }

  @Test func `a rewrite takes several turns as well, and holds nothing back meanwhile`() {
    let live = Live()
    live.storage.isFull = true
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    #expect(!live.loop.saving.isDurable)
    #expect(live.announcements == 1)
    live.storage.isFull = false
    live.storage.callsLeft = 3
    live.link.say("presence/clients/b/rooms/lab", "join")
    live.turn(after: 6_000)
    for _ in 1...2 {
      #expect(!live.loop.saving.isDurable)
      #expect(live.announcements == 2)
      live.turn()
    }
    live.turn()
    #expect(live.loop.saving.isDurable)
    #expect(live.storage.rewrites == 1)
  }

  @Test func `a rewrite that fails half-way is begun anew`() {
    let live = Live()
    live.storage.isFull = true
    live.link.say("presence/clients/a/rooms/lab", "join")
    live.turn()
    live.storage.isFull = false
    live.storage.callsLeft = 3
    live.turn(after: 6_000)
    #expect(live.loop.saving.isUnfinished)
    live.storage.isFull = true
    live.turn()
    #expect(!live.loop.saving.isUnfinished && !live.loop.saving.isDurable)
    live.storage.isFull = false
    live.storage.callsLeft = 0
    live.turn(after: 6_000)
    #expect(live.loop.saving.isDurable)
    #expect(live.storage.rewrites == 2)
  }

  @Test func `a room's number is not given to another meanwhile`() throws {
    let live = Live()
    let room = try live.emptyRoom()
    live.storage.callsLeft = 2
    live.turn(after: 60_000)
    #expect(live.loop.engine.hasRoom(room))
    for _ in 0..<4 { live.turn(after: 1_000) }
    #expect(!live.loop.engine.hasRoom(room))
  }
}
