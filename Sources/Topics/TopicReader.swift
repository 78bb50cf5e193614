import Presence

/// What a topic is about. Names borrow the topic's bytes: valid as long as those are.
public enum Topic {
  /// `WHO/heartbeat`.
  case heartbeat(Who)
  /// `WHO/status`.
  case status(Who)
  /// `WHO/rooms/{room}`.
  case room(Who, room: UnsafeRawBufferPointer)
  /// `bridge/fence`.
  case fence
  /// `bridge/stats`.
  case stats
  /// `bridge/status`.
  case bridgeStatus
  /// `occupancy/{room}`, which the bridge itself retains.
  case occupancy(room: UnsafeRawBufferPointer)
  /// `count/{room}`, which the bridge itself retains.
  case count(room: UnsafeRawBufferPointer)
  /// `events/{room}`, which the bridge itself says.
  case events(room: UnsafeRawBufferPointer)
  /// `query`: somebody asks.
  case query
  /// `$SYS/broker/uptime`.
  case brokerUptime
  /// `$SYS/broker/publish/messages/dropped`.
  case brokerDropped
  /// Not the bridge's, or with a name that is not allowed.
  case invalid(TopicProblem)
}

/// Reads topics without allocating.
///
/// Heartbeats are nearly all that arrives, so they are decided first, and from the topic's end:
/// no room has a level `heartbeat`, hence nothing else that is valid ends so.
public struct TopicReader: Sendable {
  /// The root and a slash: `presence/`.
  private let root: [UInt8]

  /// `root` may have several levels; it is taken as it is (see ``Names/problem(ofRoot:)``).
  public init(root: String) { self.root = Array(root.utf8) + [Names.slash] }

  /// What `topic` is about; a topic that is not the bridge's, or a bad name, is `.invalid`.
  public func read(_ topic: UnsafeRawBufferPointer) -> Topic {
    guard topic.hasPrefix(root) else { return broker(topic) }
    let rest = topic.part(root.count, topic.count)
    if rest.hasSuffix("/heartbeat"), let who = whole(rest.part(0, rest.count - 10)) {
      return .heartbeat(who)
    }
    return general(rest)
  }

  /// WHO, when it is nothing but that and good.
  @inline(__always)
  private func whole(_ bytes: UnsafeRawBufferPointer) -> Who? {
    if bytes.hasBytes("clients/", at: 0) { return client(bytes.part(8, bytes.count), user: nil) }
    guard bytes.hasBytes("users/", at: 0), let end = bytes.firstIndex(of: Names.slash, from: 6),
      bytes.hasBytes("/clients/", at: end)
    else { return nil }
    let user = bytes.part(6, end)
    if Names.problem(ofLevel: user) != nil { return nil }
    return client(bytes.part(end + 9, bytes.count), user: user)
  }

  @inline(__always)
  private func client(_ id: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Who? {
    Names.problem(ofLevel: id) == nil ? Who(user: user, client: id) : nil
  }
}

extension TopicReader {
  private func general(_ rest: UnsafeRawBufferPointer) -> Topic {
    if rest.hasBytes("clients/", at: 0) { return ofClient(rest, from: 8, user: nil) }
    if rest.hasBytes("users/", at: 0) { return ofUser(rest) }
    if rest.hasBytes("occupancy/", at: 0) {
      return ofRoom(rest.part(10, rest.count)) { .occupancy(room: $0) }
    }
    if rest.hasBytes("count/", at: 0) {
      return ofRoom(rest.part(6, rest.count)) { .count(room: $0) }
    }
    if rest.hasBytes("events/", at: 0) {
      return ofRoom(rest.part(7, rest.count)) { .events(room: $0) }
    }
    if rest.holds("bridge/fence") { return .fence }
    if rest.holds("bridge/stats") { return .stats }
    if rest.holds("query") { return .query }
    return rest.holds("bridge/status") ? .bridgeStatus : .invalid(.unknownTopic)
  }

  private func ofUser(_ rest: UnsafeRawBufferPointer) -> Topic {
    guard let end = rest.firstIndex(of: Names.slash, from: 6), rest.hasBytes("/clients/", at: end)
    else { return .invalid(.unknownTopic) }
    let user = rest.part(6, end)
    if let problem = Names.problem(ofLevel: user) { return .invalid(problem) }
    return ofClient(rest, from: end + 9, user: user)
  }

  private func ofClient(
    _ rest: UnsafeRawBufferPointer, from start: Int, user: UnsafeRawBufferPointer?
  ) -> Topic {
    guard let end = rest.firstIndex(of: Names.slash, from: start) else {
      return .invalid(.unknownTopic)
    }
    let id = rest.part(start, end)
    if let problem = Names.problem(ofLevel: id) { return .invalid(problem) }
    let who = Who(user: user, client: id)
    let last = rest.part(end + 1, rest.count)
    if last.holds("status") { return .status(who) }
    if last.holds("heartbeat") { return .heartbeat(who) }
    guard last.hasBytes("rooms/", at: 0) else { return .invalid(.unknownTopic) }
    return ofRoom(last.part(6, last.count)) { .room(who, room: $0) }
  }

  private func ofRoom(
    _ room: UnsafeRawBufferPointer, _ topic: (UnsafeRawBufferPointer) -> Topic
  ) -> Topic {
    Names.problem(ofRoom: room).map { .invalid($0) } ?? topic(room)
  }

  private func broker(_ topic: UnsafeRawBufferPointer) -> Topic {
    if topic.holds("$SYS/broker/uptime") { return .brokerUptime }
    if topic.holds("$SYS/broker/publish/messages/dropped") { return .brokerDropped }
    return .invalid(.unknownTopic)
  }
}
