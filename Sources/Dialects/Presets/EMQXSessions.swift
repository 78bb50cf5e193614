/// Which of a client's sessions an end of EMQX is of.
///
/// The session is the one that was heard of last: a smaller `connected_at` is no proof of age, as clocks differ and are
/// set back. But the events of two nodes can overtake each other as well, so the one before is remembered as long as
/// its end was not heard. If the end of the last comes first, the one before goes on where that end is a takeover, or
/// came shortly before the other began by their own times.
struct EMQXSessions {
  /// How far events overtake each other, in milliseconds; clocks that are set back differ by more.
  static let disorder: Int64 = 10_000
  /// How much later than the end of a session of EMQX 4, which does not say when it began, another may have begun.
  static let unnamedDisorder: Int64 = 60_000

  struct End {
    /// Milliseconds since 1970.
    var since: Int64?
    var at: Int64?
    var isTakeover: Bool
  }

  enum Verdict: Equatable {
    case over
    /// It says nothing of the client.
    case nothing
    case stale
    /// The session that began then goes on.
    case goesOn(since: Int64)
  }

  /// Of clients that were connected already when they connected: the session before.
  private var others = RecentTable<Int64>(limit: 16_384)

  static func name(_ client: [UInt8], _ user: [UInt8]?) -> [UInt8] {
    client + [UInt8(ascii: "/")] + (user ?? [])
  }

  mutating func begin(_ since: Int64?, of name: [UInt8], _ standing: Standing?) {
    guard name.count <= 2 * DialectLimits.maxName, let standing, standing.isPresent, let since,
      let before = standing.epoch
    else { return others.remove(name) }
    if before != since { others.hear(name, fresh: before) { $0 = before } }
  }

  mutating func end(_ end: End, of name: [UInt8], _ standing: Standing?) -> Verdict {
    guard let known = standing?.epoch else { return end.isTakeover ? .nothing : .over }
    guard let since = end.since else { return Self.unnamedEnd(end, known) }
    let other = others[name]
    if since == other {
      others.remove(name)
      if since != known { return end.isTakeover ? .nothing : .stale }
    }
    if since == known, let other, other != known, Self.goesOn(other, after: end, since) {
      others.remove(name)
      return .goesOn(since: other)
    }
    if end.isTakeover { return .nothing }
    if since < known { return .stale }
    others.remove(name)
    return .over
  }

  private static func goesOn(_ other: Int64, after end: End, _ since: Int64) -> Bool {
    if end.isTakeover { return true }
    guard let at = end.at else { return false }
    return other > since && (0...disorder).contains(other - at)
  }

  private static func unnamedEnd(_ end: End, _ known: Int64) -> Verdict {
    if end.isTakeover { return .nothing }
    guard let at = end.at, at < known else { return .over }
    return known - at <= unnamedDisorder ? .stale : .over
  }
}
