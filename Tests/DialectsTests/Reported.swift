import Presence

@testable import Dialects

/// Reads messages through a ``SourceReader`` and writes its reports down as short lines.
final class Reported: ReportTaker {
  let reader: SourceReader
  private(set) var lines: [String] = []
  private(set) var hashes: [UInt64] = []
  /// What the bridge is said to know, by client with its namespace.
  var known: [String: (epoch: Int64?, isPresent: Bool)] = [:]

  init(_ sources: [Source], _ assignments: [Assignment] = [], reserved: [String] = []) {
    reader = SourceReader(sources, assignments, reserved: reserved)
  }

  func take(_ report: Report) {
    hashes.append(report.hash)
    var parts = [Heard.text(report.who.client)]
    if let user = report.who.user { parts[0] = Heard.text(user) + "/" + parts[0] }
    parts += Self.word(report.word)
    if !report.assigned.isEmpty { parts.append("by-hand=\(report.assigned.map(Self.text))") }
    if report.isGateway { parts.append("gateway") }
    if let gateway = report.gateway { parts.append("by=\(Heard.text(gateway.client))") }
    lines.append(parts.joined(separator: " "))
  }

  func note(_ line: String) { lines.append(line) }

  func remark(_ words: String, of source: Source) { lines.append("remark: \(words)") }

  func ask(_ topic: [UInt8], _ payload: [UInt8]) {
    lines.append("asks \(String(decoding: topic, as: UTF8.self))")
  }

  func forEachPresent(
    with prefix: [UInt8], _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
  ) {
    for (name, it) in known.sorted(by: { $0.key < $1.key }) where it.isPresent {
      let bytes = Array(name.utf8)
      if bytes.starts(with: prefix) { bytes.withUnsafeBytes { body($0, nil) } }
    }
  }

  func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? { known[Heard.text(who.client)] }

  /// The lines of one message, and what became of it where that is not `mine`.
  func read(_ topic: String, _ payload: String = "", isReplay: Bool = false) -> [String] {
    read(Array(topic.utf8), Array(payload.utf8), isReplay: isReplay)
  }

  func read(_ topic: [UInt8], _ payload: [UInt8], isReplay: Bool = false) -> [String] {
    lines = []
    hashes = []
    let now = Now(instant: Instant(nanoseconds: 1), wall: 1)
    let outcome = topic.withUnsafeBytes { topic in
      payload.withUnsafeBytes {
        reader.read(topic: topic, payload: $0, isReplay: isReplay, now: now, taker: self)
      }
    }
    switch outcome {
    case .mine: return lines
    case .notMine: return lines + ["not mine"]
    case .stale: return lines + ["stale"]
    case .invalid(let words): return lines + ["invalid: \(words)"]
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func word(_ word: Report.Word) -> [String] {
    switch word {
    case .status(.online(let birth)): return ["online"] + self.birth(birth)
    case .status(.offline(let death)): return ["offline"] + epoch(death.epoch)
    case .status(.forget): return ["forgotten"]
    case .heartbeat(let beat): return ["beat"] + epoch(beat?.epoch)
    case .room(let room, .leave): return ["leaves \(Heard.text(room))"]
    case .room(let room, .join): return ["joins \(Heard.text(room))"]
    case .isThere(let room, let birth): return ["is-in \(Heard.text(room))"] + self.birth(birth)
    case .isNotThere(let room, let death):
      return ["not-in \(Heard.text(room))"] + epoch(death.epoch)
    case .isForgotten(let room): return ["forgotten-in \(Heard.text(room))"]
    }
  }

  private static func birth(_ birth: Birth) -> [String] {
    (birth.rooms.map { ["\($0.map(text))"] } ?? []) + (birth.isAsleep ? ["asleep"] : [])
      + (birth.timeout.map { ["\($0.components.seconds)s"] } ?? [])
      + epoch(birth.epoch) + (birth.departure == .moved ? ["moves"] : [])
  }

  private static func epoch(_ epoch: Int64?) -> [String] { epoch.map { ["epoch=\($0)"] } ?? [] }
}

extension Source {
  /// A custom source of this name and topics.
  static func custom(
    _ name: String, status: String? = nil, heartbeat: String? = nil,
    _ change: (inout Source) -> Void = { _ in }
  ) -> Source {
    var source = Source(name: name, namespace: name)
    source.isCustom = true
    source.custom.status = status
    source.custom.heartbeat = heartbeat
    change(&source)
    return source
  }
}
