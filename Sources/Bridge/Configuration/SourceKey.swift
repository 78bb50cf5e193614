import Dialects
import Topics

/// One key of a `source` block, as ``ConfigurationKey`` is one of the whole file.
struct SourceKey: Sendable {
  let name: String
  /// What would be right: the end of a sentence that begins with "write".
  let expected: String
  /// Which sources have the key.
  var isForCustom = true
  var isForPresets = true
  /// The presets that have the key; empty: all.
  var presets: [String] = []
  let set: @Sendable (inout Source, String) throws(BadValue) -> Void

  static func named(_ name: String) -> SourceKey? { all.first { $0.name == name } }

  func message(_ value: String, _ bad: BadValue) -> String {
    "\(name) '\(value.prefix(80))' \(bad.fault): write \(expected)"
  }

  static let all: [SourceKey] = [
    SourceKey(
      name: "prefix", expected: "the first levels of its topics, e.g. tele", isForCustom: false
    ) { (source, text) throws(BadValue) in
      try checkPrefix(text)
      source.prefix = text
    },
    SourceKey(
      name: "room",
      expected: "a room, with {client} or a level of the topic in it, e.g. "
        + "floor-1/{client}"
    ) { (source, text) throws(BadValue) in
      do throws(RoomTemplate.Problem) { _ = try RoomTemplate(text) } catch {
        throw BadValue(error.fault)
      }
      source.room = text
    },
    SourceKey(
      name: "timeout", expected: "a duration from 100ms to 366d, or none, e.g. 11m"
    ) { (source, text) throws(BadValue) in source.timeout = try timeout(text) },
    SourceKey(
      name: "sleep_timeout", expected: "a duration from 100ms to 366d, or none, e.g. 24h"
    ) { (source, text) throws(BadValue) in source.sleepTimeout = try timeout(text) },
    SourceKey(
      name: "namespace", expected: "a name of at most 64 bytes without a colon, e.g. doors"
    ) { (source, text) throws(BadValue) in
      try checkNamespace(text)
      source.namespace = text
    },
    SourceKey(name: "exclusive", expected: "on or off") { (source, text) throws(BadValue) in
      source.isExclusive = try Toggle.value(text)
    },
    SourceKey(
      name: "rebirth", expected: "on or off", isForCustom: false, presets: ["sparkplug"]
    ) { (source, text) throws(BadValue) in source.asksForRebirth = try Toggle.value(text) },
    .topic("status", \.status, "doors/{room}/{client}/state"),
    .topic("heartbeat", \.heartbeat, "doors/{room}/{client}/ping"),
    .words("online", \.online, "open OPEN 1"),
    .words("offline", \.offline, "closed"),
    .words("sleeping", \.sleeping, "dozing"),
    .member("field", \.field, "state.now"),
    .member("epoch", \.epoch, "boot"),
  ]
}

extension SourceKey {
  private typealias Path<Value> = WritableKeyPath<CustomWords, Value> & Sendable

  private static func topic(
    _ name: String, _ path: Path<String?>, _ example: String
  ) -> SourceKey {
    SourceKey(
      name: name, expected: "a topic with {client} and perhaps other names, e.g. \(example)",
      isForPresets: false
    ) { (source, text) throws(BadValue) in
      let names: [String]
      do throws(TopicPattern.Problem) { names = try TopicPattern(text).names } catch {
        throw BadValue(error.fault)
      }
      guard names.contains("client") else { throw BadValue("has no {client}") }
      source.custom[keyPath: path] = text
    }
  }

  private static func words(
    _ name: String, _ path: Path<[String]>, _ example: String
  ) -> SourceKey {
    SourceKey(name: name, expected: "words, e.g. \(example)", isForPresets: false) { source, text in
      source.custom[keyPath: path] = Words.of(text)
    }
  }

  private static func member(
    _ name: String, _ path: Path<String?>, _ example: String
  ) -> SourceKey {
    SourceKey(
      name: name, expected: "a member of the JSON payload, a.b for a deeper one, e.g. \(example)",
      isForPresets: false
    ) { (source, text) throws(BadValue) in
      let names = text.split(separator: ".", omittingEmptySubsequences: false)
      guard names.allSatisfy({ !$0.isEmpty }) else { throw BadValue("has an empty name in it") }
      source.custom[keyPath: path] = text
    }
  }

  private static func timeout(_ text: String) throws(BadValue) -> Duration {
    if text == "none" { return .zero }
    let value = try Duration(configurationText: text)
    guard value >= .milliseconds(100) else { throw BadValue("is less than 100ms") }
    guard value <= .seconds(366 * 86_400) else { throw BadValue("is more than 366d") }
    return value
  }

  static func checkNamespace(_ text: String) throws(BadValue) {
    guard !text.contains(":") else {
      throw BadValue("contains a colon, which ends the namespace in a client's name")
    }
    if let problem = Names.problem(ofLevel: text.utf8) {
      throw BadValue("is no level of a topic: \(problem.words)")
    }
    guard text.utf8.count <= 64 else { throw BadValue("is too long") }
  }

  private static func checkPrefix(_ text: String) throws(BadValue) {
    let plain = text.hasPrefix("$") ? String(text.dropFirst()) : text
    if let problem = Names.problem(ofRoot: plain.utf8) {
      throw BadValue("is no beginning of a topic: \(problem.words)")
    }
    guard !text.contains(where: { "{}".contains($0) }), text.utf8.count <= 256 else {
      throw BadValue("has a brace in it, or is too long")
    }
  }
}

/// The words of a value, parted by blanks.
enum Words {
  static func of(_ text: String) -> [String] {
    text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
  }
}

/// `on` and `off`.
enum Toggle {
  static func value(_ text: String) throws(BadValue) -> Bool {
    switch text {
    case "on": return true
    case "off": return false
    default: throw BadValue("is not known")
    }
  }
}
