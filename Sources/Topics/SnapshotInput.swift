/// What a room holds, to be written. Names borrow: valid for the call that they are passed to.
public struct SnapshotInput {
  public var room: UnsafeRawBufferPointer
  /// Of the whole room, however many are listed.
  public var count: Int
  /// Distinct and sorted, at most `members_limit`.
  public var users: [UnsafeRawBufferPointer]
  public var usersCount: Int
  public var anonymous: Int
  /// How many of all members are asleep; shown where there are any.
  public var asleep = 0
  /// Sorted by client, then user, at most `members_limit`.
  public var members: [MemberInput]
  public var revision: Int64
  /// Milliseconds since 1970.
  public var at: Int64

  public init(
    room: UnsafeRawBufferPointer, count: Int, users: [UnsafeRawBufferPointer], usersCount: Int,
    anonymous: Int, members: [MemberInput], revision: Int64, at: Int64
  ) {
    self.room = room
    self.count = count
    self.users = users
    self.usersCount = usersCount
    self.anonymous = anonymous
    self.members = members
    self.revision = revision
    self.at = at
  }
}

/// One member of a snapshot.
public struct MemberInput {
  public var client: UnsafeRawBufferPointer
  public var user: UnsafeRawBufferPointer?
  /// Milliseconds since 1970.
  public var since: Int64
  /// A JSON object, written as it is.
  public var data: [UInt8]?
  public var isAsleep: Bool

  public init(
    client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer? = nil, since: Int64,
    data: [UInt8]? = nil, isAsleep: Bool = false
  ) {
    self.client = client
    self.user = user
    self.since = since
    self.data = data
    self.isAsleep = isAsleep
  }
}
