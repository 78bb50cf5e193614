import Presence

/// The bridge's messages to itself: what was sent before one of them has come in when it does.
///
/// A fence names the run and its number, so that one of another bridge, or of an earlier connection, proves
/// nothing. Numbers begin at the monotonic clock: so a session's are above those of the one before, and those of a run
/// whose number was that of a run that ended before its first commit.
///
/// A QoS 0 fence keeps its place behind QoS 1 messages only as long as the broker may send all of those:
/// once its window is full they wait in its queue, and the fence overtakes them (Mosquitto 2.0.11,
/// `db__ready_for_flight`). So one that came back along with a full window's worth of them proves nothing
/// either. MQTT 3.1.1 has no word for the window; there a fence goes at QoS 1, which is queued in order.
struct Fences {
  /// What MQTT 5 lets a broker send unacknowledged (section 3.1.2.11.3).
  static let window = 65_535
  private static let retryAfter = Duration.seconds(1)
  private static let spacing = Duration.milliseconds(20)

  private struct Sent {
    var number: UInt64
    var at: Instant
    /// QoS 1 messages received by then, less those whose acknowledgements were withheld.
    var received: Int
  }

  private let run: UInt64
  /// Of the one that was sent last: what is asked for behind it is proved by a later one alone.
  private(set) var number: UInt64
  private var sent: [Sent] = []
  private(set) var lastSent = Instant(nanoseconds: .min)

  init(run: UInt64, startedAt: Instant) {
    self.run = run
    number = UInt64(clamping: startedAt.nanoseconds)
  }

  /// Whether to send another now: none is under way, or the last one seems lost.
  func isDue(at now: Instant) -> Bool { now >= nextTime }

  /// When the next one may be sent.
  var nextTime: Instant {
    if lastSent.nanoseconds == .min { return lastSent }
    return lastSent + (sent.isEmpty ? Self.spacing : Self.retryAfter)
  }

  /// The payload of the next fence.
  mutating func send(at now: Instant, received: Int) -> [UInt8] {
    number += 1
    lastSent = now
    sent.append(Sent(number: number, at: now, received: received))
    if sent.count > 64 { sent.removeFirst() }
    return Array("\(run) \(number)".utf8)
  }

  /// A fence that proves nothing and only names the run. At QoS 1 it waits in the session.
  var claim: [UInt8] { Array("\(run) 0".utf8) }

  /// The run that a fence names.
  static func run(of payload: UnsafeRawBufferPointer) -> Int64? {
    let text = String(decoding: payload.prefix(64), as: UTF8.self)
    return Int64(text.prefix { $0 != " " }).flatMap { Revision.believed.contains($0) ? $0 : nil }
  }

  /// The run that a claim names; `nil`: it is none.
  static func claimant(of payload: UnsafeRawBufferPointer) -> Int64? {
    payload.suffix(2).elementsEqual(" 0".utf8) ? run(of: payload) : nil
  }

  enum Answer: Equatable {
    case proof(number: UInt64, publishedAt: Instant)
    /// Ours, but it may have overtaken something.
    case overtaken
    case foreign
  }

  /// A fence came in, after `received` QoS 1 messages in all.
  mutating func receive(
    _ payload: UnsafeRawBufferPointer, received: Int, keepsOrder: Bool
  ) -> Answer {
    let text = String(decoding: payload.prefix(64), as: UTF8.self)
    guard let position = sent.firstIndex(where: { text == "\(run) \($0.number)" }) else {
      return .foreign
    }
    let fence = sent[position]
    sent.removeSubrange(...position)
    guard keepsOrder || received - fence.received < Self.window else { return .overtaken }
    return .proof(number: fence.number, publishedAt: fence.at)
  }
}
