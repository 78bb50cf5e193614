import Bridge
import Presence

/// A message on its way, with what its sender meant by it, so that the judge need not read payloads.
struct Message {
  var topic: [UInt8]
  var payload: [UInt8]
  var isAcknowledged: Bool
  var isRetained = false
  var word: Word?
  var reply: ReplyAddress?
  var sentAt = Instant(nanoseconds: 0)

  init(
    _ topic: [UInt8], _ payload: [UInt8], isAcknowledged: Bool, isRetained: Bool = false,
    word: Word? = nil, reply: ReplyAddress? = nil
  ) {
    self.topic = topic
    self.payload = payload
    self.isAcknowledged = isAcknowledged
    self.isRetained = isRetained
    self.word = word
    self.reply = reply
  }

  init(
    _ topic: String, _ payload: [UInt8], isAcknowledged: Bool, isRetained: Bool = false,
    word: Word? = nil
  ) {
    self.init(
      Array(topic.utf8), payload, isAcknowledged: isAcknowledged, isRetained: isRetained,
      word: word)
  }
}

/// What a device says; rooms are numbers in the plan.
struct Word {
  enum Kind {
    case birth(rooms: [Int]?)
    case death
    case forget
    case join(Int)
    case leave(Int)
    case beat
  }

  var client: Int
  var kind: Kind
  /// -1: none.
  var epoch: Int64 = -1
}

extension Message: CustomStringConvertible {
  var description: String {
    let (name, text) = (
      String(decoding: topic, as: UTF8.self), String(decoding: payload, as: UTF8.self)
    )
    return "\(name) \(text.prefix(700))" + (isRetained ? " (retained)" : "")
  }
}
