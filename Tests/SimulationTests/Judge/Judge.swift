import Bridge
import Presence

/// Knows what the devices said and what the bridge was handed and acknowledged, follows what it publishes, and
/// says what is wrong. It asks only what the contract promises; where a fault leaves two outcomes possible, it
/// takes either.
final class Judge {
  unowned let world: World
  /// By what was delivered to the bridge; and by what of that has to survive its death: what it has committed,
  /// and what it has acknowledged.
  var views: [ClientView]
  var durable: [ClientView]
  var signs: [Signs]
  var consumers: [Consumer]
  /// Since when the bridge is live; `nil`: it is not.
  var liveSince: Instant?
  /// Nothing but what devices do has happened since.
  var calmSince: Instant
  private(set) var connection = 0
  private var sessionKept = true
  private var wasConnected = false
  private var mayHaveGoneBack = false
  private var wallHasJumped = false
  var fences: [[UInt8]: Instant] = [:]
  var usedFences: Set<[UInt8]> = []
  /// Those that the broker had.
  var passedFences: Set<[UInt8]> = []
  /// When the last fence that came back was published.
  var proven = Instant(nanoseconds: 0)
  /// What the engine said at the end of the last turn, if it was live.
  var announcedDeadline: Instant?
  /// The last turn left a commit unfinished: until it is done nothing falls due.
  var timeStands = false
  /// A fence came back, and what it proves is yet to be seen.
  var provesMore = false
  /// Who was heard in this turn, certainly or perhaps, and not said to be dead since.
  var heardInTurn: Set<Int> = []
  var maybeHeardInTurn: Set<Int> = []
  /// Whose death took effect in this turn, if without a grace.
  var diedInTurn: Set<Int> = []
  /// Those that events had, and the highest before the last start, as long as nothing was lost that the bridge
  /// must know to go on above them.
  var revisions: (used: Set<Int64>, floor: Int64, start: Instant)
  var members: Members
  var counts: FollowedCounts
  var pace = Pace()
  /// `online` was published in this turn.
  var saidOnline = false
  var output = Digest()
  private(set) var delivered = 0
  /// How many of those the last commit holds.
  private(set) var committedCount = 0
  /// As many commits may have been done when the database's files went.
  private(set) var commitsAtLoss: UInt64 = 0
  /// The database may yet hold times of a clock that was another.
  private var hasOldTimes = false

  init(_ world: World) {
    self.world = world
    let (devices, rooms) = (world.plan.devices, world.plan.rooms)
    views = Array(repeating: ClientView(rooms: rooms.count), count: devices)
    durable = views
    signs = Array(repeating: Signs(), count: devices)
    let ttl = world.plan.configuration.emptyRoomTTL
    consumers = rooms.map { Consumer(room: $0, ttl: ttl) }
    calmSince = world.now
    revisions = ([], 0, world.now)
    members = Members(devices: devices, rooms: rooms.count)
    counts = FollowedCounts(rooms: rooms.count)
  }

  var topicsMayBeStale: Bool { wallHasJumped }

  func disturbed(for duration: Duration = .zero) {
    calmSince = max(calmSince, world.now + duration)
  }

  func wallJumped() {
    wallHasJumped = true
    // When a room emptied is kept in wall time.
    for room in consumers.indices { consumers[room].ttl = .zero }
  }

  func lostFiles() {
    counts.lost()
    guard let loop = world.host.loop else { return }
    commitsAtLoss = loop.commits + (loop.isCommitting ? 1 : 0)
  }

  /// The wall clock went somewhere else, by more than a start could take for an outage.
  func clockLeapt() {
    wallJumped()
    hasOldTimes = true
  }

  /// At the end of a turn.
  func noteTimes(_ loop: BridgeLoop) { if loop.hasRightTimes { hasOldTimes = false } }

  func committed() { committed(seal()) }

  /// What a commit holds whose rows are written.
  struct Seal {
    fileprivate var signs: [Signs]
    fileprivate var views: [ClientView]
    fileprivate var delivered: Int
    fileprivate var members: Members
  }

  func seal() -> Seal { Seal(signs: signs, views: views, delivered: delivered, members: members) }

  /// That commit has come to its end.
  func committed(_ seal: Seal) {
    for client in signs.indices { signs[client].committed(as: seal.signs[client]) }
    durable = seal.views
    committedCount = seal.delivered
    members.committed(as: seal.members)
  }

  /// The bridge was handed a message.
  func delivered(_ message: Message, isReplay: Bool) {
    delivered += 1
    guard let word = message.word else {
      return fenceCame(message)
    }
    let wasHeard = signs[word.client].connection == connection
    if isReplay {
      claimed(word, message, wasHeard: wasHeard)
    } else {
      heard(word)
      let isSurelyPresent = members.present[word.client].contains(true)
      if word.epoch < 0, !isSurelyPresent { views[word.client].mayForgetEpoch() }
      views[word.client].take(word, message.payload)
    }
  }

  /// The sign of life, or of death, in a live message.
  private func heard(_ word: Word) {
    let (view, client) = (views[word.client], word.client)
    switch word.kind {
    case .death: died(word, view)
    case .forget:
      signs[client] = Signs()
      heardInTurn.remove(client)
    case .birth, .join: sign(client, isCertain: true)
    case .leave: if view.isKnown != .no { sign(client, isCertain: view.isKnown == .yes) }
    case .beat:
      guard view.isKnown != .no, !view.isStale(word) else { return }
      sign(client, isCertain: view.isKnown == .yes && !view.mayBeStale(word))
      if view.isKnown == .yes, !view.mayBeStale(word) { heardInTurn.insert(client) }
    }
    if case .birth = word.kind { heardInTurn.insert(client) }
  }

  private func sign(_ client: Int, isCertain: Bool) {
    signs[client].heard(at: world.now, isCertain: isCertain, connection: connection)
    maybeHeardInTurn.insert(client)
  }

  private func died(_ word: Word, _ view: ClientView) {
    if view.isKnown == .no || view.isStale(word) { return }
    heardInTurn.remove(word.client)
    mayDie(word.client, isSure: view.isKnown == .yes && !view.mayBeStale(word))
    signs[word.client].connection = connection
  }

  private func mayDie(_ client: Int, isSure: Bool) {
    let configuration = world.plan.configuration
    let end = world.now + configuration.offlineGrace
    if end == world.now, liveSince != nil { diedInTurn.insert(client) }
    let latest = end + configuration.restartGrace
    switch signs[client].death {
    case .none where liveSince == nil, .waiting(isHeld: _, isSure: false) where liveSince == nil:
      signs[client].begin(.waiting(isHeld: false, isSure: isSure))
    case .none: signs[client].begin(.pending(from: end, until: isSure ? end : .never))
    case .pending(let from, .never):
      // An earlier death that may be off: then this one counts, else that.
      signs[client].begin(.pending(from: min(from, end), until: isSure ? latest : .never))
    case .pending, .waiting: break
    }
  }

  private func claimed(_ word: Word, _ message: Message, wasHeard: Bool) {
    switch word.kind {
    case .join, .leave, .beat, .forget: return
    case .birth:
      // The birth that is known already does not bring back who was seen to go.
      if !isSurelyAway(word.client) || views[word.client].birth != message.payload {
        maybeHeardInTurn.insert(word.client)
        signs[word.client].heard(at: world.now, isCertain: false, connection: connection)
      }
    case .death:
      let view = views[word.client]
      let isNothing =
        view.isKnown == .no || view.isStale(word)
        || view.isKnown == .yes && view.isKnownWord(word, message.payload)
      if isNothing || (wasHeard && view.isKnown == .yes) { break }
      mayDie(word.client, isSure: false)
    }
    views[word.client].claim(word, message.payload, wasHeard: wasHeard)
  }

  private func isSurelyAway(_ client: Int) -> Bool {
    let (view, present) = (views[client], members.present[client])
    let isOut = view.rooms.contains(.yes) && !present.contains(true)
    return view.isKnown == .yes && isOut && signs[client].certain < members.lastPresent[client]
  }
}

/// The bridge's life.
extension Judge {
  func accepted(sessionKept: Bool) {
    connection += 1
    self.sessionKept = sessionKept
    fences = [:]
    proven = Instant(nanoseconds: 0)
    gapsMayFollow()
    // What the last process wrote has arrived, or never will.
    if mayHaveGoneBack {
      for room in consumers.indices { consumers[room].mayGoBack = true }
      (revisions.used, revisions.floor) = ([], 0)
    }
    mayHaveGoneBack = false
  }

  func started() {
    if world.storageTrouble.hasClockTrouble { hasOldTimes = true }
    gapsMayFollow()
    revisions.start = world.now
    revisions.floor = mayHaveGoneBack ? 0 : revisions.used.max() ?? 0
    wasConnected = world.disk.rows.bridge.aliveAt > 0
    members.restored = true
  }

  /// The process ended: what it committed and what it acknowledged stays.
  func died() {
    endedSeeingCounts()
    let isDurable = !world.disk.isBehind && !hasOldTimes
    for client in signs.indices { signs[client].died(isDurable: isDurable) }
    if isDurable { views = durable } else { doubtEverything() }
    if isDurable { members.died() }
    world.disk.isBehind = false
    ended()
  }

  private func doubtEverything() {
    for client in views.indices { views[client].doubtEverything() }
    durable = views
    mayHaveGoneBack = true
  }

  func lostDatabase() {
    counts.lost()
    views = Array(
      repeating: ClientView(rooms: world.plan.rooms.count), count: world.plan.devices)
    durable = views
    signs = Array(repeating: Signs(), count: world.plan.devices)
    mayHaveGoneBack = true
  }

  /// The connection is over, or the process is.
  private func ended() {
    liveSince = nil
    announcedDeadline = nil
    provesMore = false
    timeStands = false
    heardInTurn = []
    maybeHeardInTurn = []
    diedInTurn = []
    gapsMayFollow()
  }

  func brokerEnded(_ memory: SimulatedBroker.Memory) {
    gapsMayFollow()
    guard memory == .older else { return }
    // Topics that were cleared may be there again, and the bridge takes them for its own last word.
    for room in consumers.indices where consumers[room].isEmpty {
      consumers[room].mayGoBack = true
    }
  }

  private func gapsMayFollow() {
    for room in consumers.indices { consumers[room].mayHaveGap = true }
  }

  /// Follows the loop from stage to stage, at the end of each of its turns.
  func follow(isLive: Bool, hasEnded: Bool) {
    if hasEnded || (liveSince != nil && !isLive) {
      ended()
      for client in signs.indices { signs[client].disconnected() }
    }
    guard isLive, liveSince == nil else { return }
    liveSince = world.now
    disturbed()
    let configuration = world.plan.configuration
    for client in signs.indices {
      signs[client].settled(
        at: world.now, offlineGrace: configuration.offlineGrace,
        restartGrace: configuration.restartGrace, restarted: !sessionKept && wasConnected)
    }
    wasConnected = true
  }
}
