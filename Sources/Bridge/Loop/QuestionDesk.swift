import Presence
import Store
import Topics

/// The questions that wait for their answers, in the order in which they came.
///
/// MQTT does not tell who has sent a message. What tells who asks is where the answer is to go: each such topic
/// has a rate of its own. As whoever asks chooses it, there is a bound for all of them together, too: what does
/// not fit in the queue is dropped, and a turn answers only for a few milliseconds.
struct QuestionDesk {
  static let capacity = 256
  /// Questions a second on behalf of one topic, and how many of them may come at once.
  static let rate = 50.0
  static let burst = 100.0
  private static let topicsLimit = 1_024

  struct Waiting {
    var asking: Asking
    var reply: ReplyAddress
  }

  /// A question that is being answered over several turns.
  enum Work {
    case rooms(RoomsWalk)
    case history(HistoryScan)
  }

  private struct Allowance {
    var left: Double
    var at: Instant
  }

  private var queue: ContiguousArray<Waiting> = []
  private var answered = 0
  private var allowances: [[UInt8]: Allowance] = [:]
  /// Of the first one.
  var work: Work?

  var first: Waiting? { answered < queue.count ? queue[answered] : nil }
  var isBusy: Bool { answered < queue.count }

  var isReadingHistory: Bool {
    if case .history = work { true } else { false }
  }

  /// - Returns: whether the question is taken; `false`: it is one too many.
  mutating func admit(_ question: Waiting, at now: Instant) -> Bool {
    guard queue.count - answered < Self.capacity, allow(question.reply.topic, at: now) else {
      return false
    }
    queue.append(question)
    return true
  }

  /// The first one is done with.
  mutating func next() {
    work = nil
    answered += 1
    guard answered == queue.count else { return }
    queue.removeAll(keepingCapacity: true)
    answered = 0
  }

  private mutating func allow(_ topic: [UInt8], at now: Instant) -> Bool {
    guard var allowance = allowances[topic] else { return begin(topic, at: now) }
    allowance = Self.grown(allowance, at: now)
    defer { allowances[topic] = allowance }
    guard allowance.left >= 1 else { return false }
    allowance.left -= 1
    return true
  }

  private mutating func begin(_ topic: [UInt8], at now: Instant) -> Bool {
    if allowances.count >= Self.topicsLimit {
      allowances = allowances.filter { Self.grown($0.value, at: now).left < Self.burst }
    }
    guard allowances.count < Self.topicsLimit else { return false }
    allowances[topic] = Allowance(left: Self.burst - 1, at: now)
    return true
  }

  private static func grown(_ allowance: Allowance, at now: Instant) -> Allowance {
    let seconds = Double((now - allowance.at).nanoseconds) / 1e9
    return Allowance(left: min(burst, allowance.left + seconds * rate), at: now)
  }
}
