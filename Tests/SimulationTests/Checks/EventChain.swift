import Presence

/// Somebody who follows one room through its events alone, and looks at the snapshot where they show a gap.
///
/// It knows the room's members after every event, so it can tell news from history told again.
struct Consumer {
  let room: String
  /// By `user/client`; the value is `since`, once a snapshot has told.
  private(set) var members: [String: String?] = [:]
  private(set) var revision: Int64 = 0
  /// A gap was seen, and no snapshot since.
  private var isLost = false
  /// Something of the bridge's was lost on its way to the broker, or before: a gap may follow.
  var mayHaveGap = false
  /// The broker refused an event, and the bridge does not try again at once.
  var isRefused = false
  private var mayMiss: Bool { mayHaveGap || isRefused }
  /// The bridge came back with less than it had published: it may go on from an older revision.
  var mayGoBack = false
  /// How long the room has to have been empty to be a new one when it comes back.
  var ttl: Duration
  /// It cannot know all that happened.
  var isUncertain: Bool { mayMiss || mayGoBack || isLost }
  private var lastEvent = Instant(nanoseconds: 0)
  private var lastEdge = Instant(nanoseconds: 0)
  private var lastCount = 0
  private var wasBulk = false
  private(set) var emptySince: Instant?
  private var wasCleared = false

  var isEmpty: Bool { emptySince != nil || wasCleared }

  init(room: String, ttl: Duration) {
    self.room = room
    self.ttl = ttl
  }

  /// - Parameter steadySince: before that, the bridge was busy making the topics true.
  mutating func event(_ payload: [UInt8], sentAt: Instant, interval: Duration, steadySince: Instant)
    -> String?
  {
    guard let json = JSON.read(payload), json["room"]?.text == JSON.escaped(room),
      let new = json["revision"]?.integer, let previous = json["previous"]?.integer,
      let count = json["count"]?.integer, let bulk = json["bulk"]?.flag
    else { return "not an event: \(String(decoding: payload, as: UTF8.self))" }
    if new <= revision, !mayGoBack { return "revision \(new) after \(revision)" }
    if new <= previous { return "revision \(new), previous \(previous)" }
    let isNew = previous == 0 && mayBegin(sentAt)
    let problem = rate(Int(count), sentAt, bulk, interval, steadySince)
    if mayGoBack {
      isLost = true
    } else if isNew {
      members = [:]
      isLost = false
    } else if previous != revision {
      if previous < revision { return "previous \(previous) after \(revision)" }
      if !mayMiss { return "a gap: previous \(previous) after \(revision)" }
      isLost = true
    }
    revision = new
    wasCleared = false
    note(Int(count), sentAt)
    if isLost { return problem }
    return problem ?? apply(json, count: Int(count), bulk: bulk)
  }

  /// A room whose topics were cleared is a new one when it comes back. Where something was lost, that it had
  /// emptied may have been, too.
  private func mayBegin(_ now: Instant) -> Bool {
    wasCleared || (mayMiss && (lastCount == 0 || now >= lastEvent + ttl))
  }

  private mutating func apply(_ json: JSON, count: Int, bulk: Bool) -> String? {
    for entry in json["added"]?.items ?? [] {
      let name = Self.name(entry)
      if members.updateValue(nil, forKey: name) != nil { return "\(name) added again" }
    }
    for entry in json["removed"]?.items ?? [] {
      let name = Self.name(entry)
      if members.removeValue(forKey: name) == nil { return "\(name) removed, but was no member" }
    }
    for entry in json["updated"]?.items ?? [] where members[Self.name(entry)] == nil {
      return "\(Self.name(entry)) updated, but is no member"
    }
    return bulk || count == members.count ? nil : "count \(count), but \(members.count) are there"
  }

  private mutating func note(_ count: Int, _ now: Instant) {
    if count > 0 { emptySince = nil } else if emptySince == nil { emptySince = now }
    lastCount = count
  }

  private mutating func rate(
    _ count: Int, _ now: Instant, _ bulk: Bool, _ interval: Duration, _ steadySince: Instant
  ) -> String? {
    let isEdge = (count == 0) != (lastCount == 0)
    let isFollowing = bulk && wasBulk && lastEvent == now
    defer {
      lastEvent = now
      if isEdge { lastEdge = now }
      wasBulk = bulk
    }
    guard !isFollowing, lastEvent > steadySince, now < lastEvent + interval else { return nil }
    if isEdge, now >= lastEdge + .milliseconds(100) { return nil }
    return "published again after \(now - lastEvent)"
  }

  mutating func snapshot(_ payload: [UInt8], sentAt: Instant) -> String? {
    guard let json = JSON.read(payload), json["room"]?.text == JSON.escaped(room),
      let new = json["revision"]?.integer, let count = json["count"]?.integer
    else { return "not a snapshot: \(String(decoding: payload, as: UTF8.self))" }
    if new < revision, !mayGoBack { return "snapshot \(new) after \(revision)" }
    let listed = (json["members"]?.items ?? []).map {
      (Self.name($0), $0["since"]?.text ?? "")
    }
    if listed.map(\.0) != Self.sorted(listed.map(\.0)) { return "members out of order" }
    if json["truncated"]?.flag == true {
      return truncated(listed.map(\.0), count: Int(count), revision: new, sentAt)
    }
    if Int(count) != listed.count { return "count \(count) of \(listed.count)" }
    if !isLost, !mayGoBack, new == revision, Set(members.keys) != Set(listed.map(\.0)) {
      return "snapshot \(new) shows \(listed.map(\.0)), its event \(members.keys.sorted())"
    }
    if !isLost, new > revision, !mayMiss, !mayGoBack, Set(members.keys) != Set(listed.map(\.0)) {
      return "snapshot \(new) shows what no event told"
    }
    // An event between the last one and this snapshot may have told of a new beginning.
    if mayMiss, new > revision { isLost = true }
    for (name, since) in listed {
      guard !isLost, !mayGoBack, let known = members[name] ?? nil, known != since else { continue }
      return "\(name) is there since \(since), and was since \(known)"
    }
    members = Dictionary(uniqueKeysWithValues: listed.map { ($0.0, .some($0.1)) })
    isLost = false
    mayHaveGap = false
    mayGoBack = false
    revision = new
    wasCleared = false
    note(Int(count), sentAt)
    return nil
  }

  /// Such a snapshot names some of the members: who follows the room no longer knows the others.
  private mutating func truncated(
    _ listed: [String], count: Int, revision new: Int64, _ sentAt: Instant
  ) -> String? {
    if listed.count > count { return "\(listed.count) members of \(count)" }
    if !isLost, !isUncertain, new == revision, !members.keys.contains(all: listed) {
      return "snapshot \(new) shows \(listed), its event \(members.keys.sorted())"
    }
    if new > revision { isLost = true }
    revision = max(revision, new)
    wasCleared = false
    note(count, sentAt)
    return nil
  }

  mutating func cleared() {
    wasCleared = true
    members = [:]
    lastCount = 0
  }

  static func name(_ entry: JSON) -> String {
    "\(entry["user"]?.text ?? "")/\(entry["client"]?.text ?? "?")"
  }

  /// By client, then user.
  private static func sorted(_ names: [String]) -> [String] {
    func parts(_ name: String) -> ([UInt8], [UInt8]) {
      let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      return (JSON.bytes(String(parts.last ?? "")), JSON.bytes(String(parts.first ?? "")))
    }
    return names.sorted {
      let (a, b) = (parts($0), parts($1))
      return a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0.lexicographicallyPrecedes(b.0)
    }
  }
}

extension Collection where Element: Equatable {
  fileprivate func contains(all others: some Sequence<Element>) -> Bool {
    others.allSatisfy { contains($0) }
  }
}
