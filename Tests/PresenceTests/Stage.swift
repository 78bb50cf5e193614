import Presence
import Testing

/// An engine with a clock that only the test moves, and the field's words to drive it with.
///
/// The clocks begin at 1,000 s; `at(_:)` counts from there.
struct Stage {
  /// Replays are older than what is known.
  var hasHeardAll = false
  var engine: Engine { didSet { if checksEachChange { expectInvariants() } } }
  /// Whether the invariants are checked after each change; otherwise the test says when.
  var checksEachChange = true
  /// How many more changes pass before they are checked again: a check costs with the number of records.
  private var unlooked = 0
  private(set) var elapsed = Duration.zero

  static let start = Now(instant: Instant(nanoseconds: 1_000_000_000_000), wall: 1_700_000_000_000)

  /// An engine that has connected and settled at the start.
  init(rules: Rules = Rules(), isLive: Bool = true) {
    engine = Engine(rules: rules)
    if isLive {
      engine.connected(at: now)
      settle()
    }
  }

  var now: Now {
    Now(instant: Self.start.instant + elapsed, wall: Self.start.wall + elapsed.milliseconds)
  }

  /// Moves the clock to `time` after the start, without a word from anybody.
  mutating func at(_ time: Duration) {
    precondition(time >= elapsed, "time does not go back")
    elapsed = time
  }

  mutating func settle(
    brokerRestarted: Bool = false, willsLost: Bool? = nil, retainedLost: Bool = false
  ) {
    engine.settled(
      brokerRestarted: brokerRestarted, willsLost: willsLost, retainedLost: retainedLost, at: now)
    engine.fenceReturned(publishedAt: now.instant)
  }

  /// Lets a fence that is published now come back at once, and works off what is due.
  mutating func tick(fence: Bool = true) {
    while engine.tick(budget: 1_000, at: now) {}
    guard fence, engine.wantsFence else { return }
    engine.fenceReturned(publishedAt: now.instant)
    while engine.tick(budget: 1_000, at: now) {}
  }

  mutating func online(
    _ client: String, user: String? = nil, rooms: [String]? = nil, epoch: Int64? = nil,
    timeout: Duration? = nil, data: String? = nil
  ) {
    say(client, user, birth(rooms, epoch, timeout, data))
  }

  mutating func claimsOnline(
    _ client: String, user: String? = nil, rooms: [String]? = nil, epoch: Int64? = nil,
    timeout: Duration? = nil, data: String? = nil
  ) {
    claim(client, user, birth(rooms, epoch, timeout, data))
  }

  /// A replay from a topic that the client's will would have replaced.
  mutating func topicSaysOnline(_ client: String, rooms: [String], timeout: Duration? = nil) {
    let status = birth(rooms, nil, timeout, nil)
    who(client, nil) { engine, who, now in
      engine.claim(who, status, hash: Self.hash(status), isWillRetained: true, at: now)
    }
  }

  mutating func claimsOffline(_ client: String, user: String? = nil, epoch: Int64? = nil) {
    claim(client, user, .offline(Death(epoch: epoch)))
  }

  mutating func offline(
    _ client: String, user: String? = nil, epoch: Int64? = nil, grace: Duration? = nil
  ) {
    say(client, user, .offline(Death(epoch: epoch, grace: grace)))
  }

  mutating func forget(_ client: String, user: String? = nil) { say(client, user, .forget) }

  mutating func beat(
    _ client: String, user: String? = nil, epoch: Int64? = nil, timeout: Duration? = nil
  ) {
    let beat = epoch == nil && timeout == nil ? nil : Heartbeat(timeout: timeout, epoch: epoch)
    who(client, user) { engine, who, now in engine.heartbeat(who, beat, at: now) }
  }

  /// Plain heartbeats, gathered and taken in together.
  mutating func beatTogether(_ clients: [(user: String?, client: String)]) {
    var batch = HeartbeatBatch()
    for (user, client) in clients {
      who(client, user) { engine, who, now in engine.heartbeat(who, in: &batch, at: now) }
    }
    engine.take(&batch, at: now)
  }

  mutating func join(_ client: String, _ room: String, user: String? = nil, data: String? = nil) {
    act(client, room, user, .join(data: data.map { Array($0.utf8) }))
  }

  mutating func leave(_ client: String, _ room: String, user: String? = nil) {
    act(client, room, user, .leave)
  }

  /// The members of a room as a snapshot would list them: `client`, or `user/client`.
  mutating func members(_ room: String) -> [String] {
    guard let index = find(room) else { return [] }
    return engine.firstNames(of: index).members.map { name(engine.member($0).client) }
  }

  mutating func users(_ room: String) -> [String] {
    guard let index = find(room) else { return [] }
    return engine.firstNames(of: index).users.map { user in
      engine.withUserName(user) { String(decoding: $0, as: UTF8.self) }
    }
  }

  func figures(_ room: String) -> [Int] {
    guard let index = find(room) else { return [0, 0, 0] }
    let (count, users, anonymous) = engine.figures(of: index)
    return [count, users, anonymous]
  }

  func since(_ client: String, in room: String) -> Int64? {
    var copy = engine
    guard let index = find(room) else { return nil }
    for member in copy.firstNames(of: index).members {
      let it = engine.member(member)
      if name(it.client) == client { return it.since }
    }
    return nil
  }

  /// What a room would announce now, as `+client reason`, `-client reason` and `~client`.
  mutating func announced(_ room: String) -> [String] {
    _ = engine.takeTouchedRooms()
    guard let index = find(room) else { return [] }
    let it = engine.announce(index)
    let words =
      it.added.map { "+\(name($0.client)) \($0.reason.word)" }
      + it.removed.map { "-\(name($0.client)) \($0.reason.word)" }
      + it.updated.map { "~\(name($0))" }
    if !it.isEmpty { _ = engine.revisions(for: index, count: 1) }
    engine.reclaim()
    return words
  }

  func find(_ room: String) -> Int32? {
    Array(room.utf8).withUnsafeBytes { engine.findRoom($0) }
  }

  mutating func expectInvariants() {
    unlooked -= 1
    guard unlooked < 0 else { return }
    let everything = engine.everything.count
    unlooked = everything / 30
    do throws(BrokenInvariant) { try engine.checkInvariants() } catch {
      Issue.record("after a step at \(elapsed): \(error)")
    }
  }

  func name(_ client: Int32) -> String {
    let id = engine.withClientName(client) { String(decoding: $0, as: UTF8.self) }
    guard let user = engine.user(ofClient: client) else { return id }
    return engine.withUserName(user) { String(decoding: $0, as: UTF8.self) } + "/" + id
  }

  private func birth(
    _ rooms: [String]?, _ epoch: Int64?, _ timeout: Duration?, _ data: String?
  ) -> Status {
    .online(
      Birth(
        rooms: rooms.map { $0.map { Array($0.utf8) } }, epoch: epoch, timeout: timeout,
        data: data.map { Array($0.utf8) }))
  }

  /// Equal statuses have equal hashes, as payloads do.
  private static func hash(_ status: Status) -> UInt64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    func add(_ number: Int64) { hash = (hash ^ UInt64(bitPattern: number)) &* 1_099_511_628_211 }
    switch status {
    case .online(let birth):
      add(birth.epoch ?? -1)
      add(birth.timeout?.nanoseconds ?? -1)
      for byte in birth.data ?? [0] { add(Int64(byte)) }
      for room in birth.rooms ?? [[1]] {
        add(2)
        for byte in room { add(Int64(byte)) }
      }
    case .offline(let death):
      add(-3)
      add(death.epoch ?? -1)
    case .forget: add(-4)
    }
    return hash ^ hash >> 29 ^ hash << 32
  }

  mutating func say(_ client: String, _ user: String?, _ status: Status) {
    who(client, user) { engine, who, now in
      engine.status(who, status, hash: Self.hash(status), at: now)
    }
  }

  private mutating func claim(_ client: String, _ user: String?, _ status: Status) {
    let isOlder = hasHeardAll
    who(client, user) { engine, who, now in
      engine.claim(who, status, hash: Self.hash(status), isOlder: isOlder, at: now)
    }
  }

  private mutating func act(
    _ client: String, _ room: String, _ user: String?, _ action: RoomAction
  ) {
    who(client, user) { engine, who, now in
      Array(room.utf8).withUnsafeBytes { engine.room(who, $0, action, at: now) }
    }
  }

  private mutating func who(
    _ client: String, _ user: String?, _ body: (inout Engine, Who, Now) -> Void
  ) {
    let now = now
    Array(client.utf8).withUnsafeBytes { client in
      guard let user else { return body(&engine, Who(client: client), now) }
      Array(user.utf8).withUnsafeBytes { body(&engine, Who(user: $0, client: client), now) }
    }
  }
}
