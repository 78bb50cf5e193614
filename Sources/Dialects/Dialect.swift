import Presence

/// How one system says who is alive.
///
/// A dialect knows the topics and payloads of its system and nothing else: it names clients as the system does,
/// without a namespace, and rooms as levels that a template may use. ``Translator`` makes reports of it.
/// Whatever bytes arrive, it never traps; what it cannot read is `invalid`.
protocol Dialect {
  /// The topics that it reads.
  var topics: [DialectTopic] { get }
  /// What the source's block leaves out.
  var defaults: DialectDefaults { get }
  /// How often a bound on what it remembers made it forget something.
  var limited: UInt64 { get }

  /// Takes in a message on the topic with this number among ``topics``.
  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener)
}

extension Dialect {
  var limited: UInt64 { 0 }
}

/// A topic with `{name}` for each level that is taken, and `+` for one that is not; `{name...}` at the end
/// takes all the rest. `tele/{client}/LWT`.
struct DialectTopic {
  var pattern: String
  /// Subscribed at QoS 1: what must not be lost. Heartbeats are not.
  var isAtLeastOnce = true
}

/// What a preset does where its block says nothing.
struct DialectDefaults {
  /// A room, with `{level}`s of the topic, or of ``Saying/values``, in it.
  var room: String
  /// `.zero`: the will alone decides.
  var timeout: Duration = .zero
  /// Where the will alone decides: how long a client has to show up at a broker that was restarted, and may have
  /// lost its will; `nil`: the configuration's `heartbeat_timeout`.
  var confirmation: Duration?
  var isExclusive = false
  var wills = RetainedWills.certain
}

/// A message as a dialect gets it. Bytes are borrowed for the call.
struct DialectMessage {
  /// The levels that the pattern names, in its order.
  var levels: [UnsafeRawBufferPointer]
  var payload: UnsafeRawBufferPointer
  /// Delivered with the retain flag.
  var isReplay: Bool
  var now: Now
}

/// Where a dialect says what it has read.
protocol DialectListener {
  /// Something is said of a client. May be called any number of times for a message.
  func hear(_ saying: Saying)
  /// What the bridge knows of a client, by the system's name of it: `nil` for one that is unknown.
  func standing(of client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Standing?
  /// Lends every client of this source that is present, by the system's name of it. It takes a walk over all
  /// clients: for once after a start.
  func forEachPresent(
    _ body: (_ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?) -> Void)
  /// An older word than one that was heard: dropped and counted. `words`: why, where that is worth a line in the log.
  func isStale(_ words: String?)
  /// The payload is not one of this system's: dropped, counted, and logged.
  func isInvalid(_ words: String)
  /// Something that whoever runs the bridge should know, said once.
  func remark(_ words: String)
  /// Asks the system for something, as soon as the bridge may publish. Neither retained nor kept.
  func ask(_ topic: [UInt8], _ payload: [UInt8])
}

extension DialectListener {
  func isStale() { isStale(nil) }
}

struct Standing {
  /// `nil`: none was ever named.
  var epoch: Int64?
  var isPresent: Bool
}

/// What is said of one client, in the core's words and the system's names. Bytes are borrowed for the call.
struct Saying {
  enum Word {
    /// It is there. `rooms` are the translator's to fill in; `timeout` as well where it is nil.
    case online(Birth)
    case offline(Death)
    /// It was removed or renamed: forget it.
    case forgotten
    case heartbeat(Heartbeat?)
    /// It came into a room, or left one: the room is what the template makes of ``Saying/values``.
    case enters
    case leaves
    /// It is in these rooms and no others: what the template makes of each value under the name `room`.
    case isIn([UnsafeRawBufferPointer])
  }

  var client: UnsafeRawBufferPointer
  var user: UnsafeRawBufferPointer?
  var word: Word
  /// Values for the room's template beside the topic's levels, by name: `region`, `group`.
  var values: [(name: StaticString, value: UnsafeRawBufferPointer)] = []
  /// Whether it carries others. A gateway is in no room, unless one is assigned.
  var isGateway = false
  /// Whether the gateway is a device as well, and so in a room.
  var hasRoom = true
  /// The client that carries it.
  var gateway: UnsafeRawBufferPointer?
  /// The gateway's return does not bring it back.
  var returnsAlone = false

  init(_ client: UnsafeRawBufferPointer, _ word: Word) {
    self.client = client
    self.word = word
  }
}
