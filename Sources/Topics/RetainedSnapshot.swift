import Presence

/// A snapshot as it is found on `occupancy/{room}` at a reconnect. Anybody may have put it there:
/// what does not look like the bridge's own is not read at all.
public struct RetainedSnapshot: Equatable, Sendable {
  /// Who was in the room.
  public struct Member: Equatable, Sendable {
    public var user: [UInt8]?
    public var client: [UInt8]
    /// Milliseconds since 1970.
    public var since: Int64
  }

  public var room: [UInt8]
  public var revision: Int64
  public var truncated: Bool
  /// As written: a ``Timestamp``.
  public var at: [UInt8]
  public var members: [Member]

  /// The snapshot in `bytes`; nil for anything that the bridge would not have written.
  ///
  /// - Parameter believed: what its revision may be.
  public static func read(
    _ bytes: UnsafeRawBufferPointer, believed: ClosedRange<Int64> = Revision.all
  ) -> RetainedSnapshot? {
    guard bytes.count <= maxBytes, let json = JSONMembers(bytes), let room = json.string("room"),
      Names.problem(ofRoom: room) == nil,
      let revision = json.integer("revision"), believed.contains(revision),
      let truncated = json.bool("truncated"),
      let at = json.string("at"), Timestamp.read(at) != nil,
      let members = members(json)
    else { return nil }
    return RetainedSnapshot(
      room: room, revision: revision, truncated: truncated, at: at, members: members)
  }

  /// Many times what a bridge writes by default; what is longer costs too much to look into.
  private static let maxBytes = 16 << 20

  private static func members(_ json: JSONMembers) -> [Member]? {
    guard let elements = json.array("members") else { return nil }
    var members: [Member] = []
    for element in elements {
      guard let member = element.members.flatMap({ member($0) }) else { return nil }
      members.append(member)
    }
    return members
  }

  private static func member(_ json: JSONMembers) -> Member? {
    guard let client = json.string("client"), Names.problem(ofLevel: client) == nil,
      let since = json.string("since").flatMap({ Timestamp.read($0) })
    else { return nil }
    // The bridge leaves out what it has not, and writes no null.
    guard json.names("user") else { return Member(user: nil, client: client, since: since) }
    guard let user = json.string("user"), Names.problem(ofLevel: user) == nil else { return nil }
    return Member(user: user, client: client, since: since)
  }
}
