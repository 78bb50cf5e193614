import Presence
import Topics

/// A system that the configuration describes: a status topic with words of its own, a heartbeat topic, or both.
///
/// The status is taken to be retained, as a will is; heartbeats are not. Where there is no status topic, a
/// heartbeat is also how a client shows up, and silence how it leaves. With `{room}` in the topic a client is in
/// the room that the topic names.
struct CustomDialect: Dialect {
  private enum Kind { case status, heartbeat }

  let topics: [DialectTopic]
  let defaults: DialectDefaults
  private let kinds: [Kind]
  /// Where in the levels of each topic the client and its user stand.
  private let clients: [Int]
  private let users: [Int?]
  private let hasRoom: Bool
  private let words: Words
  private let field: [String]
  private let epoch: [String]
  private let maxPayload: Int

  private struct Words {
    var online: Set<[UInt8]>
    var offline: Set<[UInt8]>
    var sleeping: Set<[UInt8]>

    init(_ custom: CustomWords) {
      func bytes(_ words: [String], _ word: String? = nil) -> Set<[UInt8]> {
        let words = words.isEmpty ? word.map { [$0] } ?? [] : words
        return Set(words.map(folded))
      }
      online = bytes(custom.online, "online")
      offline = bytes(custom.offline, "offline")
      sleeping = bytes(custom.sleeping)
    }
  }

  /// A word as it is compared: in small letters of ASCII.
  static func folded(_ word: String) -> [UInt8] { word.utf8.map(\.lowercased) }

  /// - Throws: where a topic is none.
  init(_ source: Source, _ rules: SourceRules) throws(TopicPattern.Problem) {
    let custom = source.custom
    var topics: [DialectTopic] = []
    var kinds: [Kind] = []
    if let status = custom.status {
      topics.append(DialectTopic(pattern: status))
      kinds.append(.status)
    }
    if let heartbeat = custom.heartbeat {
      topics.append(DialectTopic(pattern: heartbeat, isAtLeastOnce: false))
      kinds.append(.heartbeat)
    }
    var names: [[String]] = []
    for topic in topics { names.append(try TopicPattern(topic.pattern).names) }
    guard !topics.isEmpty, names.allSatisfy({ $0.contains("client") }) else {
      throw TopicPattern.Problem(fault: "has no {client}")
    }
    self.topics = topics
    self.kinds = kinds
    clients = names.map { $0.firstIndex(of: "client") ?? 0 }
    users = names.map { $0.firstIndex(of: "user") }
    hasRoom = names[0].contains("room")
    words = Words(custom)
    field = Self.path(custom.field)
    epoch = Self.path(custom.epoch)
    maxPayload = rules.maxPayload
    defaults = DialectDefaults(
      room: hasRoom ? "{room}" : source.name,
      timeout: custom.heartbeat == nil ? .zero : rules.heartbeatTimeout, wills: .likely)
  }

  private static func path(_ text: String?) -> [String] {
    text?.split(separator: ".").map(String.init) ?? []
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    let client = message.levels[clients[topic]]
    let user = users[topic].map { message.levels[$0] }
    switch kinds[topic] {
    case .status: status(message, client, user, listener)
    case .heartbeat where kinds.count > 1: beat(message, client, user, listener)
    case .heartbeat: show(message, client, user, listener)
    }
  }

  private func status(
    _ message: DialectMessage, _ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?,
    _ listener: some DialectListener
  ) {
    if message.payload.isBlank { return say(.forgotten, client, user, listener) }
    let members = members(of: message)
    guard let text = field.isEmpty ? [UInt8](message.payload) : members?.text(at: field) else {
      return listener.isInvalid("it has no member \(field.joined(separator: "."))")
    }
    let word = text.withUnsafeBytes { $0.trimmed.map(\.lowercased) }
    let epoch = members?.epoch(at: epoch)
    if words.online.contains(word) {
      say(.online(Birth(epoch: epoch)), client, user, listener)
    } else if words.offline.contains(word) {
      say(.offline(Death(epoch: epoch)), client, user, listener)
    } else if words.sleeping.contains(word) {
      var birth = Birth(epoch: epoch)
      birth.isAsleep = true
      say(.online(birth), client, user, listener)
    } else {
      listener.isInvalid("it is none of the source's words")
    }
  }

  private func beat(
    _ message: DialectMessage, _ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?,
    _ listener: some DialectListener
  ) {
    let epoch = epoch.isEmpty ? nil : members(of: message)?.epoch(at: epoch)
    say(.heartbeat(epoch.map { Heartbeat(epoch: $0) }), client, user, listener)
  }

  /// A heartbeat where there is nothing else to show up with. A retained one says nothing of now.
  private func show(
    _ message: DialectMessage, _ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?,
    _ listener: some DialectListener
  ) {
    let isThere = message.isReplay || listener.standing(of: client, user: user)?.isPresent == true
    if isThere, !hasRoom || message.isReplay { return beat(message, client, user, listener) }
    let epoch = members(of: message)?.epoch(at: epoch)
    say(.online(Birth(epoch: epoch)), client, user, listener)
  }

  private func say(
    _ word: Saying.Word, _ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?,
    _ listener: some DialectListener
  ) {
    var saying = Saying(client, word)
    saying.user = user
    listener.hear(saying)
  }

  /// The payload as an object, where a member of it is looked for.
  private func members(of message: DialectMessage) -> JSONMembers? {
    guard !field.isEmpty || !epoch.isEmpty, message.payload.count <= maxPayload else { return nil }
    return JSONMembers(message.payload)
  }
}

extension JSONMembers {
  /// The object that holds the last member of a path.
  private func holder(of path: [String]) -> JSONMembers? {
    var holder: JSONMembers? = self
    for name in path.dropLast() { holder = holder?.object(named: name) }
    return holder
  }

  /// The member at a path as a word: a string, or `true`, `false`, or an integer's digits.
  func text(at path: [String]) -> [UInt8]? {
    guard let name = path.last, let holder = holder(of: path) else { return nil }
    if let text = holder.string(name) { return text }
    if let bool = holder.bool(name) { return Array((bool ? "true" : "false").utf8) }
    return holder.integer(name).map { Array(String($0).utf8) }
  }

  /// The member at a path, where it is an integer from 0 to 2^53 - 1.
  func epoch(at path: [String]) -> Int64? {
    guard let name = path.last, let value = holder(of: path)?.integer(name),
      (0..<1 << 53).contains(value)
    else { return nil }
    return value
  }
}
