import Presence

@testable import Dialects

/// Writes down what a dialect says, as short lines: `plug-7 online`, `plug-7 offline epoch=3`.
final class Heard: DialectListener {
  private(set) var lines: [String] = []
  /// What the bridge is said to know, by client.
  var known: [String: Standing] = [:]
  /// Why words were stale, where that is told.
  private(set) var reasons: [String] = []
  /// The payloads of what was asked for.
  private(set) var asked: [[UInt8]] = []

  func hear(_ saying: Saying) { lines.append(Self.line(saying)) }

  func standing(of client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Standing? {
    known[Self.text(client)]
  }

  func forEachPresent(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) {}

  func isStale(_ words: String?) {
    lines.append("stale")
    if let words { reasons.append(words) }
  }
  func remark(_ words: String) { lines.append("remark") }
  func ask(_ topic: [UInt8], _ payload: [UInt8]) {
    lines.append("asks \(String(decoding: topic, as: UTF8.self))")
    asked.append(payload)
  }
  func isInvalid(_ words: String) { lines.append("invalid") }

  /// The lines since the last call.
  func take() -> [String] {
    defer { lines = [] }
    return lines
  }

  static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func line(_ saying: Saying) -> String {
    var parts = [saying.user.map { text($0) + "/" + text(saying.client) } ?? text(saying.client)]
    parts += word(saying.word)
    for (name, value) in saying.values { parts.append("\(name)=\(text(value))") }
    if saying.isGateway { parts.append("gateway") }
    if !saying.hasRoom { parts.append("roomless") }
    if let gateway = saying.gateway { parts.append("by=\(text(gateway))") }
    if saying.returnsAlone { parts.append("alone") }
    return parts.joined(separator: " ")
  }

  private static func word(_ word: Saying.Word) -> [String] {
    switch word {
    case .online(let birth):
      return [birth.isAsleep ? "asleep" : "online"]
        + (birth.epoch.map { ["epoch=\($0)"] } ?? [])
        + (birth.timeout.map { ["timeout=\($0)"] } ?? [])
        + (birth.confirmation.map { ["confirmation=\($0)"] } ?? [])
    case .offline(let death):
      return ["offline"] + (death.epoch.map { ["epoch=\($0)"] } ?? [])
        + (death.grace.map { ["grace=\($0.components.seconds)s"] } ?? [])
    case .forgotten: return ["forgotten"]
    case .heartbeat(let beat): return ["beat"] + (beat?.epoch.map { ["epoch=\($0)"] } ?? [])
    case .enters: return ["enters"]
    case .leaves: return ["leaves"]
    case .isIn(let rooms): return ["in"] + rooms.map(text)
    }
  }
}

extension Dialect {
  /// Reads a message as the broker would deliver it: the first of the dialect's topics that matches takes it.
  mutating func read(
    _ topic: String, _ payload: some Collection<UInt8>, isReplay: Bool = false,
    at time: Duration = .zero, _ heard: Heard
  ) -> Bool {
    let start = Instant(nanoseconds: 1_000_000_000_000)
    let now = Now(
      instant: start + time,
      wall: 1_700_000_000_000 + time.components.seconds * 1000
        + time.components.attoseconds / 1_000_000_000_000_000)
    for (number, pattern) in topics.enumerated() {
      guard let levels = Self.match(pattern.pattern, topic) else { continue }
      let bytes = Array(payload)
      Self.withBuffers(levels.map { Array($0.utf8) }) { levels in
        bytes.withUnsafeBytes {
          let message = DialectMessage(levels: levels, payload: $0, isReplay: isReplay, now: now)
          read(message, topic: number, heard)
        }
      }
      return true
    }
    return false
  }

  /// What the pattern's names stand for in a topic; `nil`: it does not match.
  private static func match(_ pattern: String, _ topic: String) -> [String]? {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    var taken: [String] = []
    for (number, part) in parts.enumerated() {
      guard number < levels.count else { return nil }
      if part.hasSuffix("...}") {
        return taken + [levels[number...].joined(separator: "/")]
      } else if part.hasPrefix("{") {
        taken.append(String(levels[number]))
      } else if part != "+", part != levels[number] {
        return nil
      }
    }
    return parts.count == levels.count ? taken : nil
  }

  private static func withBuffers(
    _ levels: [[UInt8]], _ body: ([UnsafeRawBufferPointer]) -> Void
  ) {
    let all = levels.flatMap { $0 }
    all.withUnsafeBytes { all in
      var at = 0
      let buffers = levels.map { level in
        defer { at += level.count }
        return UnsafeRawBufferPointer(rebasing: all[at..<at + level.count])
      }
      body(buffers)
    }
  }
}
