import Topics

/// A topic with names for some of its levels: `tele/{client}/LWT`.
///
/// `{name}` stands for one level and takes it, `+` for one that is not taken, `{name...}` at the end for all the
/// rest, at least one level. An empty level is a level, as it is in MQTT: `/doors/{client}` has three.
public struct TopicPattern: Equatable, Sendable {
  enum Level: Equatable, Sendable {
    case literal([UInt8])
    case any
    case named(String)
    case rest(String)
  }

  let levels: [Level]

  /// What is wrong with a pattern, as the end of a sentence that begins with it.
  public struct Problem: Error, Equatable, Sendable { public let fault: String }

  public init(_ text: String) throws(Problem) {
    guard !text.isEmpty else { throw Problem(fault: "is empty") }
    guard text.utf8.count <= 1024 else { throw Problem(fault: "is too long") }
    // By bytes: a combining mark behind a slash is a character of the next level to MQTT, but not to String.
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { Substring($0) }
    // One fewer than a filter may have: one that is subscribed to for its replays has another.
    guard parts.count < Names.maxTopicLevels else {
      throw Problem(fault: "has more than \(Names.maxTopicLevels - 1) levels")
    }
    var levels: [Level] = []
    for part in parts {
      if case .rest? = levels.last { throw Problem(fault: "goes on after '{…...}'") }
      levels.append(try Self.level(part))
    }
    self.levels = levels
    let names = names
    guard Set(names).count == names.count else { throw Problem(fault: "names a level twice") }
  }

  private static func level(_ part: Substring) throws(Problem) -> Level {
    if part == "+" { return .any }
    guard part.hasPrefix("{"), part.hasSuffix("}") else {
      guard !part.contains(where: { "{}".contains($0) }) else {
        throw Problem(fault: "has a level '\(part)' that is not a name alone, such as {client}")
      }
      guard !part.contains(where: { "+#".contains($0) }) else {
        throw Problem(fault: "has a wildcard in the level '\(part)'")
      }
      let bytes = Array(part.utf8)
      if let problem = bytes.withUnsafeBytes({ Names.problem(ofCharacters: $0) }) {
        throw Problem(fault: "has a level that is not allowed: \(problem.words)")
      }
      return .literal(bytes)
    }
    let inner = part.dropFirst().dropLast()
    let name = inner.hasSuffix("...") ? inner.dropLast(3) : inner
    guard isName(name) else { throw Problem(fault: "has '\(part)', which names nothing") }
    return inner.hasSuffix("...") ? .rest(String(name)) : .named(String(name))
  }

  /// Small letters, digits and `_`.
  static func isName(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
  }

  /// The names of the levels that are taken, in their order.
  public var names: [String] {
    levels.compactMap {
      switch $0 {
      case .named(let name), .rest(let name): name
      case .literal, .any: nil
      }
    }
  }

  /// What to subscribe to.
  public var filter: String {
    levels.map {
      switch $0 {
      case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
      case .any, .named: "+"
      case .rest: "#"
      }
    }.joined(separator: "/")
  }
}

extension TopicPattern {
  /// Reads an MQTT filter, as a pattern that takes nothing by name but its `#`.
  public init(filter: String) throws(Problem) {
    try self.init(filter.hasSuffix("#") ? filter.dropLast() + "{rest...}" : filter)
  }

  /// Whether some topic matches both.
  public func overlaps(_ other: TopicPattern) -> Bool {
    for (depth, pair) in zip(levels, other.levels).enumerated() {
      if case .rest = pair.0 { return depth > 0 || !other.isSystem }
      if case .rest = pair.1 { return depth > 0 || !isSystem }
      switch pair {
      case (.literal(let left), .literal(let right)): if left != right { return false }
      default: if depth == 0, isSystem || other.isSystem { return false }
      }
    }
    return levels.count == other.levels.count
  }

  /// Whether every topic that matches `other` matches this pattern.
  func covers(_ other: TopicPattern) -> Bool {
    for (depth, level) in levels.enumerated() {
      guard depth < other.levels.count else { return false }
      if depth == 0, other.isSystem, !isSystem { return false }
      switch (level, other.levels[depth]) {
      case (.rest, _): return true
      case (_, .rest): return false
      case (.literal(let left), .literal(let right)): if left != right { return false }
      case (.literal, _): return false
      case (.any, _), (.named, _): break
      }
    }
    return levels.count == other.levels.count
  }

  var beginsWithLiteral: Bool {
    if case .literal? = levels.first { true } else { false }
  }

  /// Wildcards at the front leave out what begins with `$` (MQTT 5, 4.7.2).
  private var isSystem: Bool {
    guard case .literal(let bytes)? = levels.first else { return false }
    return bytes.first == UInt8(ascii: "$")
  }
}
