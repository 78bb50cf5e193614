/// Writes the payload of `occupancy/{room}`.
public enum SnapshotWriter {
  /// The message, of at most `maxBytes`: members, then users are left out from the end until it
  /// fits. `truncated` says whether fewer are listed than are in the room. (Without any of them
  /// it takes less than 1 KiB, and is written whatever `maxBytes` is.)
  public static func write(_ input: SnapshotInput, maxBytes: Int) -> [UInt8] {
    let users = list(input.users, maxBytes) { $0.string($1) }
    let members = list(input.members, maxBytes) { write($1, to: &$0) }
    let whole = Parts(input, users: users.count, members: members.count)
    if whole.fixedBytes + users.bytes.count + members.bytes.count <= maxBytes {
      return whole.joined(users.bytes[...], members.bytes[...])
    }
    return cut(input, users, members, maxBytes)
  }

  /// At least the last element goes: else a byte too many could be won by `true` for `false`.
  private static func cut(
    _ input: SnapshotInput, _ users: JSONList, _ members: JSONList, _ maxBytes: Int
  ) -> [UInt8] {
    let parts = Parts(input, users: 0, members: 0)
    let forUsers = maxBytes - parts.fixedBytes
    let someUsers = members.count > 0 ? users.prefix(forUsers) : users.shorter(forUsers)
    return parts.joined(someUsers, members.shorter(forUsers - users.bytes.count))
  }

  /// Stops when the list alone is too long, so that a huge room costs no more than a message.
  private static func list<Element>(
    _ elements: [Element], _ maxBytes: Int, _ write: (inout JSONWriter, Element) -> Void
  ) -> JSONList {
    var list = JSONList()
    for element in elements where list.bytes.count <= maxBytes {
      list.append { write(&$0, element) }
    }
    return list
  }

  static func write(_ member: MemberInput, to json: inout JSONWriter) {
    json.beginObject()
    json.key("client")
    json.string(member.client)
    if let user = member.user {
      json.key("user")
      json.string(user)
    }
    json.key("since")
    json.time(millisecondsSince1970: member.since)
    if member.isAsleep {
      json.key("asleep")
      json.bool(true)
    }
    if let data = member.data {
      json.key("data")
      json.raw(data)
    }
    json.endObject()
  }
}

/// All of a snapshot but what its two lists hold.
private struct Parts {
  private let head: [UInt8]
  private let middle: [UInt8]
  private let tail: [UInt8]

  var fixedBytes: Int { head.count + middle.count + tail.count }

  init(_ input: SnapshotInput, users: Int, members: Int) {
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.key("room")
    json.string(input.room)
    json.key("count")
    json.integer(input.count)
    json.key("users")
    json.beginArray()
    let headEnd = json.bytes.count
    json.endArray()
    json.key("users_count")
    json.integer(input.usersCount)
    json.key("anonymous")
    json.integer(input.anonymous)
    if input.asleep > 0 {
      json.key("asleep")
      json.integer(input.asleep)
    }
    json.key("members")
    json.beginArray()
    let middleEnd = json.bytes.count
    json.endArray()
    json.key("truncated")
    json.bool(users < input.usersCount || members < input.count)
    json.key("revision")
    json.integer(input.revision)
    json.key("at")
    json.time(millisecondsSince1970: input.at)
    json.endObject()
    head = Array(json.bytes[..<headEnd])
    middle = Array(json.bytes[headEnd..<middleEnd])
    tail = Array(json.bytes[middleEnd...])
  }

  func joined(_ users: ArraySlice<UInt8>, _ members: ArraySlice<UInt8>) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(fixedBytes + users.count + members.count)
    for part in [head[...], users, middle[...], members, tail[...]] { message += part }
    return message
  }
}
