import Presence
import Testing

/// One random history, told to the engine and to the reference, which have to agree after each step.
struct ReferenceHistory {
  static let names = ["a", "b", "ann/a", "bob/a"]
  static let rooms = ["lab", "hall", "a/b", "roof"]

  let seed: UInt64
  var random: SplitMix64
  var stage: Stage
  var reference = Reference()
  var rows = Rows()
  /// The last step, in words.
  var last = ""
  var hasAgreed = true

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix64(seed: seed)
    if seed % 4 == 0 { reference.rules.offlineGrace = 0 }
    let plain = reference.rules
    stage = Stage(
      rules: .with {
        $0.heartbeatTimeout = .milliseconds(plain.timeout)
        $0.offlineGrace = .milliseconds(plain.offlineGrace)
        $0.restartGrace = .milliseconds(plain.restartGrace)
        $0.reviveWindow = .milliseconds(plain.reviveWindow)
        $0.forgetAfter = .milliseconds(plain.forgetAfter)
        $0.maxRoomsPerClient = plain.maxRooms
      }, isLive: false)
    stage.checksEachChange = false
  }

  mutating func run(steps: Int) throws {
    for number in 1...steps {
      try step()
      // A check takes several times as long as a step: a third of the histories has one after each.
      if seed % 3 == 0 || number % 9 == 0 { stage.expectInvariants() }
      guard compare() else { return }
    }
  }

  private mutating func step() throws {
    pass()
    switch reference.phase {
    case .disconnected:
      if chance(2) { return try restart() }
      if chance(2) { connect() }
    case .settling:
      if chance(6) { return settle() }
      if chance(30) { return disconnect() }
      say()
    case .live:
      if chance(25) { return disconnect() }
      say()
    }
    if chance(2) { tick() }
    if chance(3) { announce(pick(Self.rooms)) }
  }

  private mutating func chance(_ odds: Int) -> Bool {
    Int.random(in: 0..<odds, using: &random) == 0
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  /// Often to just before, exactly at, or just after something is due.
  private mutating func pass() {
    let moments = reference.moments.filter { $0 >= reference.now }.sorted()
    var time = reference.now + Int.random(in: 0..<2_000, using: &random)
    if chance(2), !moments.isEmpty {
      time = pick(Array(moments.prefix(3))) + Int.random(in: -1...1, using: &random)
    }
    reference.now = max(reference.now, time)
    stage.at(.milliseconds(reference.now))
  }

  private mutating func tick() {
    last = "tick"
    stage.tick()
    reference.tick()
  }

  private mutating func connect() {
    last = "connect"
    stage.connect()
    reference.connect()
  }

  private mutating func settle() {
    let restarted = chance(2)
    last = "settle \(restarted)"
    stage.settle(brokerRestarted: restarted)
    reference.settle(brokerRestarted: restarted)
  }

  private mutating func disconnect() {
    last = "disconnect"
    stage.disconnect()
    reference.disconnect()
  }

  private mutating func restart() throws {
    last = "restart"
    try stage.restart()
    rows = Rows(of: stage.engine)
    reference.restart()
    reference.stale = 0
    reference.limited = 0
  }

  private mutating func announce(_ room: String) {
    agree("announcement of \(room)", stage.announced(room).sorted(), reference.announce(room))
  }

  /// What stands in the database after a commit is everything; and everything is as it should be.
  private mutating func compare() -> Bool {
    rows.put(stage.engine.takeUnsaved(), of: stage.engine)
    if chance(4) { agree("rows", rows, Rows(of: stage.engine)) }
    for room in Self.rooms {
      let members = reference.members(room)
      agree("members of \(room)", shown(room), members)
      let users = Set(members.keys.filter { $0.contains("/") }.map { $0.prefix { $0 != "/" } })
      let anonymous = members.keys.count { !$0.contains("/") }
      agree("figures of \(room)", stage.figures(room), [members.count, users.count, anonymous])
    }
    let counters = stage.engine.counters
    agree("stale", Int(counters.stale), reference.stale)
    agree("limited", Int(counters.limited), reference.limited)
    agree("known", stage.engine.knownClients, reference.clients.count)
    agree("present", stage.engine.presentClients, reference.clients.values.count { $0.isPresent })
    return hasAgreed
  }

  private mutating func agree<Value: Equatable>(_ what: String, _ ours: Value, _ theirs: Value) {
    guard ours != theirs else { return }
    hasAgreed = false
    Issue.record(
      "seed \(seed) at \(reference.now), after \(last): \(what) \(ours), should be \(theirs)")
  }

  private mutating func shown(_ room: String) -> [String: Reference.Shown] {
    guard let index = stage.find(room) else { return [:] }
    var shown: [String: Reference.Shown] = [:]
    for member in stage.engine.firstNames(of: index).members {
      let it = stage.engine.member(member)
      shown[stage.name(it.client)] = Reference.Shown(
        since: Int(it.since - Stage.start.wall),
        data: it.data.map { String(decoding: $0, as: UTF8.self) })
    }
    return shown
  }
}
