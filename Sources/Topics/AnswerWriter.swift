import Presence

/// Writes the answers to what is asked on `query`.
public struct AnswerWriter {
  private var json = JSONWriter(reserving: 1_024)
  private let id: Asking.ID?

  /// Begins the answer to a question with that id.
  public init(id: Asking.ID?) {
    self.id = id
    json.beginObject()
    guard let id else { return }
    json.key("id")
    switch id {
    case .string(let text): json.string(text)
    case .integer(let number): json.integer(number)
    }
  }

  public consuming func error(_ words: String) -> [UInt8] {
    json.key("error")
    json.string(words)
    return end()
  }

  /// - Parameters:
  ///   - more: whether others follow on those that are given.
  ///   - maxBytes: where it would be longer, the last members are left for the next page; a first one that is too
  ///     long by itself comes without its data.
  public consuming func members(
    of room: [UInt8], count: Int, _ members: [MemberInput], more: Bool, maxBytes: Int
  ) -> [UInt8] {
    begin("members")
    json.key("room")
    json.string(room)
    json.key("count")
    json.integer(count)
    json.key("members")
    var members = members
    if let first = members.first, !fits(first, maxBytes) {
      guard fits(first.withoutData, maxBytes) else { return tooLong }
      members[0] = first.withoutData
    }
    let isCut = list(members, maxBytes) { SnapshotWriter.write($1, to: &$0) }
    return end(more: more || isCut)
  }

  public consuming func rooms(
    prefix: [UInt8], _ rooms: [(name: [UInt8], count: Int)], more: Bool, maxBytes: Int
  ) -> [UInt8] {
    begin("rooms")
    json.key("prefix")
    json.string(prefix)
    json.key("rooms")
    let isCut = list(rooms, maxBytes) { json, room in
      json.beginObject()
      json.key("room")
      json.string(room.name)
      json.key("count")
      json.integer(room.count)
      json.endObject()
    }
    return end(more: more || isCut)
  }

  /// - Parameter since: milliseconds since 1970; `nil`: it is in no room.
  public consuming func roomsOf(
    client: [UInt8], user: [UInt8]?, rooms: [[UInt8]], since: Int64?, maxBytes: Int
  ) -> [UInt8] {
    begin("rooms_of")
    json.key("client")
    json.string(client)
    if let user {
      json.key("user")
      json.string(user)
    }
    if let since {
      json.key("since")
      json.time(millisecondsSince1970: since)
    }
    json.key("rooms")
    guard list(rooms, maxBytes, { $0.string($1) }) else {
      json.endObject()
      return end()
    }
    return end(more: true)
  }

  /// - Parameter points: when each begins, in seconds since 1970; only those of which something is known.
  public consuming func history(
    of room: [UInt8], step: Int64, points: [(at: Int64, min: Int64, max: Int64, mean: Double)],
    maxBytes: Int
  ) -> [UInt8] {
    begin("history")
    json.key("room")
    json.string(room)
    json.key("step")
    json.integer(step)
    json.key("points")
    let isCut = list(points, maxBytes) { json, point in
      json.beginObject()
      json.key("at")
      json.time(millisecondsSince1970: point.at * 1_000)
      json.key("min")
      json.integer(point.min)
      json.key("max")
      json.integer(point.max)
      json.key("mean")
      json.raw(Self.decimal(point.mean))
      json.endObject()
    }
    json.endObject()
    return isCut ? tooLong : end()
  }

  /// At most three decimals, and no zeros at the end. What is negative, or no number, is 0, and what is beyond 10^15
  /// is that.
  public static func decimal(_ number: Double) -> [UInt8] {
    let thousandths = Int64((min(number > 0 ? number : 0, 1e15) * 1_000).rounded())
    var text = String(thousandths / 1_000)
    let rest = thousandths % 1_000
    if rest != 0 {
      let digits = String(1_000 + rest).dropFirst()
      text += "." + String(digits.reversed().drop { $0 == "0" }.reversed())
    }
    return Array(text.utf8)
  }
}

extension AnswerWriter {
  /// Enough for what follows a list.
  private static let tail = 64

  private mutating func begin(_ name: StaticString) {
    json.key(name)
    json.beginObject()
  }

  private var tooLong: [UInt8] {
    AnswerWriter(id: id).error("the answer is too long for the broker")
  }

  /// How long the list may be that comes next.
  private func room(_ maxBytes: Int) -> Int { max(0, maxBytes - json.bytes.count - Self.tail) }

  private func fits(_ member: MemberInput, _ maxBytes: Int) -> Bool {
    var alone = JSONWriter()
    SnapshotWriter.write(member, to: &alone)
    return alone.bytes.count <= room(maxBytes)
  }

  /// Whether elements were left out at the end.
  private mutating func list<Element>(
    _ elements: [Element], _ maxBytes: Int, _ write: (inout JSONWriter, Element) -> Void
  ) -> Bool {
    var all = JSONList()
    for element in elements where all.bytes.count <= maxBytes { all.append { write(&$0, element) } }
    let kept = all.prefix(room(maxBytes))
    json.beginArray()
    if !kept.isEmpty { json.raw(Array(kept)) }
    json.endArray()
    return kept.count < all.bytes.count
  }

  private consuming func end(more: Bool) -> [UInt8] {
    json.key("more")
    json.bool(more)
    json.endObject()
    return end()
  }

  private consuming func end() -> [UInt8] {
    json.endObject()
    return json.bytes
  }
}

extension MemberInput {
  fileprivate var withoutData: MemberInput {
    MemberInput(client: client, user: user, since: since, isAsleep: isAsleep)
  }
}
