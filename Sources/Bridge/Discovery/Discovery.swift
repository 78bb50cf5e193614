import Presence
import Topics

/// What Home Assistant has been told in one session, and what it is yet to be told: which rooms' configurations the broker
/// holds as they should be, and how far telling all of them again has come.
struct Discovery {
  /// Home Assistant starts with many things to do, and other bridges hear its birth, too.
  static let longestPause = Duration.seconds(5)

  /// Where rooms are described; `nil`: nowhere.
  let topics: DiscoveryTopics?
  private let writer: DiscoveryWriter?
  /// Where earlier runs have described them, with another configuration than ours: what is retained there is to
  /// be cleared.
  var leftovers: [DiscoveryTopics] = []
  /// By the room's number: what the broker holds of it is right.
  private var described: ContiguousArray<Bool> = []
  /// When to tell all of them again; ``Instant/never``: no need to.
  private(set) var againAt = Instant.never
  /// While they are told again: the room that comes next.
  private var nextAgain: Int32?

  init(_ configuration: Configuration, _ names: TopicNames) {
    let topics =
      configuration.homeAssistant
      ? DiscoveryTopics(prefix: configuration.homeAssistantPrefix, root: configuration.root) : nil
    self.topics = topics
    writer = topics.map {
      DiscoveryWriter(names: names, topics: $0, version: Rollcall.version)
    }
  }

  /// What is read back at a reconnect, and remembered from run to run.
  var filters: [String] { (topics.map { [$0] } ?? []).map(\.filter) + leftovers.map(\.filter) }

  /// What stays subscribed: Home Assistant's birth.
  var lastingFilters: [String] { topics.map { [$0.status] } ?? [] }

  /// Takes from the filters that were kept those where rooms were described otherwise than now.
  mutating func findLeftovers(in kept: [String]) {
    leftovers = kept.compactMap { DiscoveryTopics(filter: $0) }.filter {
      $0.filter != topics?.filter
    }
  }

  func isDescribed(_ room: Int32) -> Bool { Int(room) < described.count && described[Int(room)] }

  mutating func describe(_ room: Int32) {
    while described.count <= Int(room) { described.append(false) }
    described[Int(room)] = true
  }

  mutating func forget(_ room: Int32) {
    if Int(room) < described.count { described[Int(room)] = false }
  }

  /// The configuration of a room: its topic and payload.
  func config(
    _ component: DiscoveryComponent, of room: UnsafeRawBufferPointer
  ) -> (topic: [UInt8], payload: [UInt8])? {
    guard let topics, let writer else { return nil }
    return (topics.config(component, of: room), writer.write(component, of: room))
  }

  /// Home Assistant was born. A birth while one waits to be answered adds nothing; one while all is being told
  /// again begins that anew, later.
  mutating func born(at now: Instant, jitter: Double) {
    againAt = min(againAt, now + Self.longestPause * jitter)
  }

  /// Whether rooms are being told again, or begin to be.
  mutating func isTellingAgain(at now: Instant) -> Bool {
    if nextAgain == nil, againAt <= now {
      againAt = .never
      nextAgain = 0
    }
    return nextAgain != nil
  }

  /// When there is something to tell again; the past, while there is.
  var nextTime: Instant { nextAgain == nil ? againAt : Instant(nanoseconds: 0) }

  /// The next room to look at; `nil`: that was all.
  mutating func nextToTellAgain() -> Int32? {
    guard let room = nextAgain, Int(room) < described.count else {
      nextAgain = nil
      return nil
    }
    nextAgain = room + 1
    return room
  }
}
