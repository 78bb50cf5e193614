import Topics

/// What a line of Mosquitto's log says of a connection.
///
/// A line is not written to be read by programs, and a client chooses its id, its user name, and so most of the line. So
/// nothing is searched for: a line is taken from its first byte to its last, and refused where another id could have
/// made the same line. An id with a blank in it could, and so could one that reads like the whole of it.
///
/// The lines are those of Mosquitto 2.0.11's source, and what 2.0.20 and the development of 2.1 add. From 2.1 on the address
/// stands behind the id of a connection that ends. Before, an id could have imitated that: so the version has to be known.
enum MosquittoLine: Equatable {
  case connected(id: [UInt8], user: [UInt8]?, keepAlive: Int64)
  case ended(id: [UInt8])
  /// About something else.
  case other
  /// About a connection, but whose is not certain.
  case ambiguous

  /// What the broker calls a connection that never had an id: who uses it cannot be told from those.
  static let unknown = Array("<unknown>".utf8)

  /// - Parameter hasAddresses: the broker is Mosquitto 2.1 or a later one.
  init(_ line: UnsafeRawBufferPointer, hasAddresses: Bool = false) {
    var text = MosquittoText(line)
    text.skipTime()
    if text.take("New client connected from ") || text.take("New bridge connected from ") {
      self = Self.connection(&text)
    } else if text.take("Bad socket read/write on client ") {
      self = Self.badSocket(&text)
    } else if text.take("Client ") {
      self = hasAddresses ? Self.addressedEnding(&text) : Self.ending(&text)
    } else {
      self = .other
    }
  }

  /// `ADDRESS:PORT as ID (p2, c1, k60, u'ann').`
  private static func connection(_ text: inout MosquittoText) -> MosquittoLine {
    let isOnce = text.countOfParameters == 1
    guard isOnce, text.word() != nil, text.take("as "), let id = text.word(), id != unknown,
      text.take("(p"), text.number() != nil, text.take(", c"), text.number() != nil,
      text.take(", k"), let keepAlive = text.number(), keepAlive <= 65_535
    else { return .ambiguous }
    if text.isRest(").") { return .connected(id: id, user: nil, keepAlive: keepAlive) }
    guard text.take(", u'"), let user = text.rest(before: "').") else { return .ambiguous }
    return .connected(id: id, user: user, keepAlive: keepAlive)
  }

  /// `ID: REASON`, where no reason has a colon in it.
  private static func badSocket(_ text: inout MosquittoText) -> MosquittoLine {
    guard var id = text.word(), id.popLast() == UInt8(ascii: ":"), !id.isEmpty,
      !text.restHas(UInt8(ascii: ":"))
    else { return .ambiguous }
    return over(id)
  }

  /// `ID closed its connection.` and the like.
  private static func ending(_ text: inout MosquittoText) -> MosquittoLine {
    let id = text.word() ?? []
    if MosquittoEndings.ends.contains(where: { text.isRest($0) }) { return over(id) }
    if MosquittoEndings.refusals.contains(where: { text.isRest($0) }) {
      return id.isEmpty ? .ambiguous : .other
    }
    let all = MosquittoEndings.ends + MosquittoEndings.refusals
    if all.contains(where: { text.hasLast($0) }) { return .ambiguous }
    guard text.take("disconnected: ") else {
      return text.has(" disconnected: ") ? .ambiguous : .other
    }
    let isError = !text.restHas(UInt8(ascii: ":")) && !text.isRest("") && text.hasLast(".")
    return isError ? over(id) : .ambiguous
  }

  /// `ID [ADDRESS:PORT] disconnected: REASON.`, or without a reason. No reason has a bracket or a colon in it, and every
  /// line that an id imitates has the real address behind it.
  private static func addressedEnding(_ text: inout MosquittoText) -> MosquittoLine {
    let isEnding = text.has("] disconnected")
    guard let id = text.word(), text.takeAddress() else { return isEnding ? .ambiguous : .other }
    if text.isRest("disconnected.") { return over(id) }
    guard text.take("disconnected: ") else { return isEnding ? .ambiguous : .other }
    if MosquittoEndings.addressedRefusals.contains(where: { text.isRest($0) }) { return .other }
    _ = text.take("bad socket read/write: ")
    let isReason =
      !text.restHas(UInt8(ascii: ":")) && !text.restHas(UInt8(ascii: "[")) && !text.isRest("")
      && text.hasLast(".")
    return isReason ? over(id) : .ambiguous
  }

  private static func over(_ id: [UInt8]) -> MosquittoLine {
    id.isEmpty ? .ambiguous : id == unknown ? .other : .ended(id: id)
  }
}

/// What Mosquitto writes behind an id when a connection is over.
enum MosquittoEndings {
  /// Of a client that was connected.
  static let ends: [StaticString] = [
    "disconnected.", "closed its connection.", "has exceeded timeout, disconnecting.",
    "disconnected due to malformed packet.", "disconnected due to protocol error.",
    "disconnected due to oversize packet.", "disconnected due to oversize payload.",
    "disconnected due to out of memory.",
    "disconnected due to QoS too high or retain not supported.",
    "been disconnected by administrative action.",
    // 2.0.12 to 2.0.20
    "disconnected due to using not allowed feature (QoS too high, retain not supported, or bad AUTH method).",
    // 2.1
    "disconnected due to exceeding the receive maximum.",
    "disconnected, implementation specific error.", "disconnected, quota exceeded.",
  ]

  /// Of a connection that was refused, with an id that may be another's who is connected: from 2.0.13 on the broker
  /// names it. A client that was connected and may be no longer is written `disconnected.`. A session that is taken
  /// over (2.1) is followed by the connection that took it.
  static let refusals: [StaticString] = [
    "disconnected, not authorised.", "disconnected, client identifier not valid.",
    "disconnected, bad username or password.", "disconnected, server unavailable.",
    "disconnected, server busy.", "disconnected, client banned.",
    "disconnected, bad authentication method.", "disconnected, connection rate exceeded.",
    "disconnected, non-matching http origin.", "disconnected, session taken over.",
  ]

  /// As those, behind an address.
  static let addressedRefusals: [StaticString] = [
    "not authorised.", "client identifier not valid.", "bad username or password.",
    "server unavailable.", "server busy.", "client banned.", "bad authentication method.",
    "connection rate exceeded.", "non-matching http origin.", "session taken over.",
  ]
}
