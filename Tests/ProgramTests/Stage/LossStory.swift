import MQTT
import TestSupport
import Testing

/// A crowd that moves while its broker is killed, and what has become of each move.
final class LossStory {
  /// What was so when a kill had been got over.
  private struct Settled {
    var moves = 0
    /// By the bridge's count.
    var received = 0
    var members: Set<String> = []
  }

  /// What is known of a kill: how many moves were acknowledged and how many certainly taken in by then, and
  /// how many were said before the bridge was back.
  private struct Kill {
    var acknowledged = 0
    var announced = 0
    var early = 0
  }

  private let site: Site
  private let teller: Teller
  private let persistence: Bool
  private var crowd = Crowd()
  private var moves: [Crowd.Move] = []
  private var settled = Settled()
  private var lastRevision: Int64 = 0
  private var (lost, runs, repeated) = (0, 0, 0)

  init(_ version: ProtocolVersion, persistence: Bool) throws {
    self.persistence = persistence
    let settings = [
      "members_limit": "100000", "max_snapshot": "8MiB", "reconnect_max": "250ms",
      "heartbeat_timeout": "1h",
    ]
    site = try Site(version, settings) {
      $0.persistence = persistence
      $0.extraLines += ["max_queued_messages 0", "autosave_interval 0"]
    }
    teller = try Teller(site.broker, "teller", version)
    site.adopt(teller.client)
    try settle(Kill())
    try save()
  }

  var summary: String {
    "\(moves.count) moves, \(lost) lost in \(runs) runs, \(repeated) taken in twice"
  }

  /// The broker is to know the bridge's session after a kill, with nothing in it: all is acknowledged now.
  private func save() throws {
    if persistence { try site.broker.save() }
  }

  func kill(_ round: Int) throws {
    let before = moves.count
    for _ in 0..<Int.random(in: 40..<160, using: &crowd.random) { say(crowd.move()) }
    let some = Int.random(in: before...moves.count, using: &crowd.random)
    try site.wait(for: "\(some) acknowledged") { teller.acknowledged >= some }
    if round % 3 == 2 { try site.run(for: .milliseconds(round % 40)) }
    try site.broker.kill()
    // What it has sent is still to be read.
    try site.wait(for: "the end of the connections") {
      [teller.client, site.observer.client].allSatisfy { $0.connection?.isOpen != true }
    }
    var kill = Kill(acknowledged: teller.acknowledged, announced: try announced())
    try restart(&kill, isHasty: round % 2 == 0)
    try settle(kill)
    if round % 5 == 4 { try save() }
  }

  /// Starts the broker. `isHasty`: the teller does not wait for the bridge.
  private func restart(_ kill: inout Kill, isHasty: Bool) throws {
    func lives() -> Int { site.bridge.log.components(separatedBy: "live on").count }
    let before = lives()
    try site.broker.start()
    try site.observer.connect()
    if isHasty { try teller.connectAgain() }
    try site.wait(for: "the bridge", limit: .seconds(20)) { lives() > before }
    let connected = site.bridge.log.components(separatedBy: "connected to").last ?? ""
    #expect(connected.contains(persistence ? "session kept" : "session new"))
    kill.early = isHasty ? moves.count : kill.acknowledged
    if !isHasty { try teller.connectAgain() }
  }

  /// Waits until the bridge has published the last word, and looks at what it makes of all of them.
  private func settle(_ kill: Kill) throws {
    let last = crowd.join()
    say(last)
    try site.wait(for: "all acknowledged") { teller.acknowledged == moves.count }
    try site.wait(for: "\(last)") {
      site.observer.newest("occupancy/\(Crowd.room)")?.text.contains("\"\(last.name)\"") ?? false
    }
    let stats = site.observer.messages("bridge/stats").count
    try site.wait(for: "stats") { site.observer.messages("bridge/stats").count > stats }
    let received = try #require(try site.observer.stats()).received
    let members = Set(try site.observer.clients(Crowd.room))
    try compare(kill, members, received: received - settled.received)
    try checkRevisions()
    site.observer.forget()
    settled = Settled(moves: moves.count, received: received, members: members)
  }

  private func say(_ move: Crowd.Move) {
    moves.append(move)
    teller.say(move.word)
  }
}

/// What must hold.
extension LossStory {
  /// How many moves an event has told of, or of a later one: all of these were taken in.
  private func announced() throws -> Int {
    let names = try site.observer.events(Crowd.room).flatMap {
      $0.added.map { .join($0.client) } + $0.removed.map { .leave($0.client) } as [Crowd.Move]
    }
    let told = Set(names)
    return (moves.lastIndex { told.contains($0) } ?? settled.moves - 1) + 1
  }

  /// As many moves as the bridge did not receive are without effect, one run of them, and no other.
  private func compare(_ kill: Kill, _ members: Set<String>, received: Int) throws {
    let missing = moves.count - settled.moves - received
    if missing <= 0 {
      repeated -= missing
      #expect(members == outcome(without: 0..<0), "all were received")
      return
    }
    lost += missing
    runs += 1
    // With its session the broker queues for the bridge what it takes in after its start.
    let ends = kill.acknowledged...max(kill.acknowledged, persistence ? 0 : kill.early)
    let run = ends.lazy.map { $0 - missing..<$0 }.first { [self] run in
      run.lowerBound >= max(kill.announced, settled.moves) && members == outcome(without: run)
    }
    #expect(run != nil, "\(missing) missing, \(kill): \(members.sorted()) of \(moves.suffix(200))")
  }

  private func outcome(without run: Range<Int>) -> Set<String> {
    let kept = moves.indices[settled.moves...].filter { !run.contains($0) }.map { moves[$0] }
    return Crowd.members(kept, from: settled.members)
  }

  /// Each event has a higher revision than all before it, and no snapshot an older one.
  private func checkRevisions() throws {
    for message in site.observer.client.messages where !message.retain {
      if message.topic == "presence/events/\(Crowd.room)" {
        let event: Event = try message.json()
        #expect(event.revision > lastRevision && event.previous < event.revision)
        lastRevision = event.revision
      } else if message.topic == "presence/occupancy/\(Crowd.room)" {
        let snapshot: Snapshot = try message.json()
        #expect(snapshot.revision >= lastRevision)
        lastRevision = snapshot.revision
      }
    }
  }

  /// What the broker holds in the end is what was seen.
  func end() throws {
    let retained = try site.retained()
    let snapshot = try #require(try retained["occupancy/\(Crowd.room)"]?.json(Snapshot.self))
    #expect(Set(snapshot.clients) == settled.members)
    #expect(snapshot.revision == lastRevision)
    #expect(retained["count/\(Crowd.room)"]?.text == "\(settled.members.count)")
  }
}
