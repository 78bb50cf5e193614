import Glibc
import Presence
import Topics

/// What the presets do with a payload's bytes.
extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `word`, in its case and without blanks around.
  func reads(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard count == length else { return false }
    guard let base = baseAddress else { return true }
    return memcmp(base, word.utf8Start, length) == 0
  }

  func reads(_ words: [StaticString]) -> Bool { words.contains { reads($0) } }
}

extension JSONMembers {
  /// Far above what any event of a broker or state of a device takes, and little to parse.
  static let maxEvent = 16 * 1024

  /// The members of an event; `nil`: not a JSON object, or too long for one.
  init?(event payload: UnsafeRawBufferPointer) {
    guard payload.count <= Self.maxEvent else { return nil }
    self.init(payload)
  }
}

extension UnsafeRawBufferPointer {
  /// As people write it, an empty payload: without a byte, or blanks and line ends alone.
  var isBlank: Bool { trimmed.isEmpty }

  /// Whether this is one of the words, in any case of ASCII and with blanks and line ends around it.
  func says(_ words: [StaticString]) -> Bool {
    let word = trimmed
    return words.contains { word.spells($0) }
  }
}

/// A system whose clients say one of two words, and clear the topic when they are removed.
struct OnOffWords {
  var online: [StaticString]
  var offline: [StaticString]
  var asleep: [StaticString] = []

  /// What the payload says; `nil`: it is none of the words.
  func read(_ payload: UnsafeRawBufferPointer) -> Saying.Word? {
    if payload.isBlank { return .forgotten }
    if payload.says(online) { return .online(Birth()) }
    if payload.says(offline) { return .offline(Death()) }
    return payload.says(asleep) ? .online(.asleep) : nil
  }
}

extension Birth {
  static var asleep: Birth {
    var birth = Birth()
    birth.isAsleep = true
    return birth
  }
}
