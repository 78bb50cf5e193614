import Topics

/// The room of a source's clients: text with `{name}`s in it, such as `floor-1/{client}`.
///
/// A name stands for the client, its user, a level of the topic, or a value that the dialect has found in the
/// payload.
public struct RoomTemplate: Equatable, Sendable {
  enum Part: Equatable, Sendable {
    case text([UInt8])
    case name(String)
  }

  let parts: [Part]

  /// What is wrong with a template, as the end of a sentence that begins with it.
  public struct Problem: Error, Equatable, Sendable { public let fault: String }

  public init(_ text: String) throws(Problem) {
    parts = try Self.parts(text)
    // A name that is a fine room stands in for whatever will.
    let sample = parts.flatMap { part in
      if case .text(let bytes) = part { return bytes }
      return Array("x".utf8)
    }
    if let problem = Names.problem(ofRoom: sample) {
      throw Problem(fault: "is no room: \(problem.words)")
    }
  }

  private static func parts(_ text: String) throws(Problem) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(where: { "{}".contains($0) }) {
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
        throw Problem(fault: "has a brace without its other half")
      }
      let name = rest[rest.index(after: open)..<close]
      guard TopicPattern.isName(name) else {
        throw Problem(fault: "has '{\(name)}', which names nothing")
      }
      if open > rest.startIndex { parts.append(.text(Array(rest[..<open].utf8))) }
      parts.append(.name(String(name)))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(Array(rest.utf8))) }
    return parts
  }

  /// The names in it.
  public var names: [String] {
    parts.compactMap { if case .name(let name) = $0 { name } else { nil } }
  }

  /// The room, with each name's value; `nil`: one has none.
  func room(_ value: (String) -> UnsafeRawBufferPointer?) -> [UInt8]? {
    var room: [UInt8] = []
    for part in parts {
      switch part {
      case .text(let bytes): room += bytes
      case .name(let name):
        guard let value = value(name) else { return nil }
        room += value
      }
      // Longer than any room, whatever is still to come.
      if room.count > Names.maxRoomBytes { return room }
    }
    return room
  }
}
