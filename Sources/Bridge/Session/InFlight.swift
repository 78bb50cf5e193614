/// Own QoS 1 messages that the broker has not acknowledged, and what each of them was.
///
/// What is not published because too many are in flight is queued nowhere: it stays state that is yet to be told.
struct InFlight {
  /// How many may await their acknowledgement.
  static let limit = 300

  /// What a message was: so that it can be said again where the broker refused it.
  enum Sent: Hashable {
    case status
    case event(Int32)
    case occupancy(Int32)
    case count(Int32)
    /// What Home Assistant is told of a room.
    case config(Int32)
    /// A retained topic that was cleared.
    case cleared(topic: [UInt8])
    /// An answer to a question, and where it went.
    case answer([UInt8])
    /// A message to ourselves.
    case fence
    case probe
  }

  private var sent: [Int32: Sent] = [:]

  var count: Int { sent.count }
  var isEmpty: Bool { sent.isEmpty }
  var isFull: Bool { sent.count >= Self.limit }

  mutating func insert(_ message: Sent, _ id: Int32) { sent[id] = message }

  mutating func remove(_ id: Int32) -> Sent? { sent.removeValue(forKey: id) }
}
