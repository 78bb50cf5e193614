import Presence
import Topics

/// Finds out, while the bridge is live, whether the broker lets it write and read what it needs to.
///
/// An ACL that withholds a right mostly says nothing: with MQTT 3.1.1 a publish that is refused is acknowledged like any
/// other, and what may not be read just does not come. So the bridge looks at what it can know: what it has published
/// on a retained topic of its own has to come back when it subscribes to that topic, and a message that the broker took
/// from it on a client's topic has to reach it. Replays at QoS 0 may be lost: what is missing twice is missing.
struct RightsCheck {
  /// A topic of ours, and what kind it is for the words of the log.
  struct Topic: Equatable {
    var name: [UInt8]
    var content: Content
    /// The room whose topic it is, and the revision that was published last; -1: none.
    var room: Int32 = -1
    var revision: Int64 = 0
  }

  /// What was published last, as far as what comes back has to agree with it.
  enum Content: Equatable {
    case word([UInt8])
    case count(Int)
    /// A snapshot of this revision or a later one.
    case revision(Int64)

    func agrees(with payload: UnsafeRawBufferPointer) -> Bool {
      switch self {
      case .word(let word): payload.elementsEqual(word)
      case .count(let count): Payload.count(payload) == count
      case .revision(let revision):
        RetainedSnapshot.read(payload).map { $0.revision >= revision } ?? false
      }
    }
  }

  private static let again = Duration.seconds(600)
  private static let settling = Duration.seconds(2)

  private let run: Int64
  private(set) var topics: [Topic] = []
  private var seen: [Bool] = []
  private var misses = 0
  private var patience = Patience()
  private(set) var nextTime = Instant.never
  private(set) var startedAt: Instant?
  /// The fence that was sent last before the look began.
  private var earlierFence: UInt64 = 0
  /// Something was missing, and was told.
  private(set) var isTold = false
  private(set) var probe = Probe.unneeded
  /// How many messages had come on the clients' topics when all was there last.
  private var receivedBefore: UInt64 = 0

  /// A heartbeat of our own, where nothing has been heard on the clients' topics since the last look.
  enum Probe: Equatable {
    case unneeded
    /// Sent; the broker has not answered.
    case sent
    /// The broker took it.
    case taken
    case cameBack
    /// The broker refuses it, and nothing can be found out.
    case refused
  }

  init(run: Int64) { self.run = run }

  var probePayload: [UInt8] { Array("probe \(run)".utf8) }

  /// Something did not come back the last time.
  var isMissing: Bool { misses > 0 }

  /// The session is live.
  ///
  /// - Parameter received: how many messages had come on the clients' topics before it began.
  mutating func begin(received: UInt64, at now: Instant) {
    receivedBefore = received
    nextTime = now + Self.settling
  }

  /// Whether a probe is to find out if clients are heard.
  func wantsProbe(received: UInt64) -> Bool {
    received == receivedBefore && (probe == .unneeded || probe == .taken)
  }

  /// Nothing can be looked at now.
  mutating func putOff(at now: Instant) { nextTime = now + Self.settling }

  /// A look cannot be begun.
  mutating func giveUp(at now: Instant) {
    startedAt = nil
    putOff(at: now)
  }

  mutating func look(at topics: [Topic], behind fence: UInt64, at now: Instant) {
    self.topics = topics
    earlierFence = fence
    seen = topics.map { _ in false }
    startedAt = now
    nextTime = .never
  }

  /// What is subscribed to while it is looked, beside what always is.
  var filters: [String] {
    guard startedAt != nil else { return [] }
    return topics.filter { $0.room >= 0 }.map { String(decoding: $0.name, as: UTF8.self) }
  }

  /// Takes in a replay. One of something else than was published last shows that this was not let through.
  ///
  /// - Returns: whether it was one of those that are looked for.
  mutating func saw(_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Bool {
    guard startedAt != nil,
      let place = topics.firstIndex(where: { $0.name.elementsEqual(topic) })
    else { return false }
    seen[place] = topics[place].content.agrees(with: payload)
    return true
  }

  mutating func probeWasSent() { probe = .sent }
  mutating func probeWasAnswered(isTaken: Bool) {
    if probe == .sent { probe = isTaken ? .taken : .refused }
  }
  mutating func probeCameBack() { probe = .cameBack }

  /// What a look came to.
  enum Verdict: Equatable {
    /// Nothing is missing, or nothing that is to be said now.
    case quiet
    /// To be told: these did not come back.
    case missing([Topic], probe: Bool)
    /// What was missing is there again.
    case mended
  }

  /// A fence came back.
  ///
  /// - Parameters:
  ///   - received: how many messages have come on the clients' topics; where there are more than before, these may be
  ///     read, whatever became of the probe.
  ///   - isWanted: whether a topic is still to hold that.
  /// - Returns: `nil`: no look has ended.
  mutating func fenceReturned(
    _ number: UInt64, at now: Instant, received: UInt64, isWanted: (Topic) -> Bool
  ) -> Verdict? {
    guard startedAt != nil, number > earlierFence else { return nil }
    startedAt = nil
    let missing = topics.indices.filter { !seen[$0] && isWanted(topics[$0]) }.map { topics[$0] }
    let isProbeMissing = received == receivedBefore && probe == .taken
    guard !missing.isEmpty || isProbeMissing else { return allThere(received, at: now) }
    misses += 1
    nextTime = now + Self.settling
    guard misses >= 2 else { return .quiet }
    patience.begin(at: now - Duration.seconds(3))
    let isTime = patience.isOver(at: now)
    nextTime = max(nextTime, min(patience.nextTime, now + .seconds(60)))
    guard isTime else { return .quiet }
    isTold = true
    return .missing(missing, probe: isProbeMissing)
  }

  private mutating func allThere(_ received: UInt64, at now: Instant) -> Verdict {
    misses = 0
    receivedBefore = received
    if probe != .refused { probe = .unneeded }
    nextTime = now + Self.again
    guard isTold else { return .quiet }
    isTold = false
    patience.end()
    return .mended
  }
}
