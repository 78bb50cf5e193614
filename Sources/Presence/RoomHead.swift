/// The first members and users of a large room, in order, so that a snapshot need not sort them all.
///
/// A snapshot lists only the first few names. In a small room they are found by sorting the members;
/// in a large one a head of twice that many is kept in order as members come and go. Most changes fall
/// behind the head and cost one comparison. When so many of the head have gone that it no longer covers
/// a snapshot, it is dropped, and the next snapshot makes it anew: a walk over the room for every
/// `members_limit` departures from its head.
struct RoomHead {
  /// Membership indices, ordered by client, then user.
  var members: [Int32] = []
  /// User indices, ordered by name.
  var users: [Int32] = []
}

extension Engine {
  private var headCapacity: Int { 2 * rules.membersLimit + 64 }

  /// The first memberships and users of a room, in the order of their names, at most `membersLimit`.
  public mutating func firstNames(of room: Int32) -> (members: [Int32], users: [Int32]) {
    let limit = rules.membersLimit
    let count = Int(rooms[Int(room)].count)
    if count <= headCapacity {
      if heads.removeValue(forKey: room) != nil { rooms[Int(room)].flags.remove(.headed) }
      let (members, users) = sorted(room)
      return (Array(members.prefix(limit)), Array(users.prefix(limit)))
    }
    let head = heads[room] ?? makeHead(of: room)
    return (Array(head.members.prefix(limit)), Array(head.users.prefix(limit)))
  }

  func sorted(_ room: Int32) -> (members: [Int32], users: [Int32]) {
    var members: [Int32] = []
    members.reserveCapacity(Int(rooms[Int(room)].count))
    forEachMember(of: room) { members.append($0) }
    sortByName(&members)
    var users: [Int32] = []
    if rooms[Int(room)].users > 0 {
      var all: [Int32] = []
      for member in members where user(of: member) >= 0 { all.append(user(of: member)) }
      all.sort { userPrecedes($0, $1) }
      for user in all where users.last != user { users.append(user) }
    }
    return (members, users)
  }

  private mutating func makeHead(of room: Int32) -> RoomHead {
    var head = RoomHead()
    forEachMember(of: room) { index in
      insert(index, into: &head.members, by: precedes)
      let user = user(of: index)
      if user >= 0 { insert(user, into: &head.users, by: userPrecedes) }
    }
    heads[room] = head
    rooms[Int(room)].flags.insert(.headed)
    return head
  }

  /// Keeps a room's head true as a member, and with it perhaps a user, comes or goes.
  mutating func followHead(of room: Int32, member: Int32, user: Int32?, came: Bool) {
    guard var head = heads.removeValue(forKey: room) else { return }
    let isCovered: Bool
    if came {
      let coversAll =
        head.members.count < headCapacity && head.members.count + 1 == rooms[Int(room)].count
      follow(member, into: &head.members, coversAll: coversAll, by: precedes)
      if let user {
        let coversAll = head.users.count + 1 == rooms[Int(room)].users
        follow(user, into: &head.users, coversAll: coversAll, by: userPrecedes)
      }
      isCovered = true
    } else {
      remove(member, from: &head.members, by: precedes)
      if let user { remove(user, from: &head.users, by: userPrecedes) }
      isCovered =
        head.members.count >= min(rules.membersLimit, Int(rooms[Int(room)].count))
        && head.users.count >= min(rules.membersLimit, Int(rooms[Int(room)].users))
    }
    if isCovered { heads[room] = head } else { rooms[Int(room)].flags.remove(.headed) }
  }

  /// Inserts a newcomer, unless it belongs behind what the head covers.
  private func follow(
    _ index: Int32, into head: inout [Int32], coversAll: Bool, by precedes: (Int32, Int32) -> Bool
  ) {
    guard coversAll || head.last.map({ precedes(index, $0) }) ?? false else { return }
    insert(index, into: &head, by: precedes)
  }

  private func insert(
    _ index: Int32, into head: inout [Int32], by precedes: (Int32, Int32) -> Bool
  ) {
    if head.count >= headCapacity, let last = head.last, !precedes(index, last) { return }
    let position = Self.position(of: index, in: head, by: precedes)
    if position < head.count, head[position] == index { return }
    head.insert(index, at: position)
    if head.count > headCapacity { head.removeLast() }
  }

  private func remove(
    _ index: Int32, from head: inout [Int32], by precedes: (Int32, Int32) -> Bool
  ) {
    let position = Self.position(of: index, in: head, by: precedes)
    if position < head.count, head[position] == index { head.remove(at: position) }
  }

  private static func position(
    of index: Int32, in head: [Int32], by precedes: (Int32, Int32) -> Bool
  ) -> Int {
    var (low, high) = (0, head.count)
    while low < high {
      let middle = (low + high) / 2
      if precedes(head[middle], index) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The order of names: by their bytes.
extension Engine {
  func forEachMember(of room: Int32, _ body: (Int32) -> Void) {
    var index = rooms[Int(room)].firstMember
    while index >= 0 {
      body(index)
      index = memberships[index].nextInRoom
    }
  }

  /// The user of a membership's client; -1: none.
  func user(of membership: Int32) -> Int32 {
    clientNames.scope(of: memberships[membership].client) - 1
  }

  /// The keys are made first: what a comparison would have to fetch stands in a row.
  func sortByName(_ members: inout [Int32]) {
    var keyed = members.map { (key: clientNames.sortKey(memberships[$0].client), index: $0) }
    keyed.sort { $0.key != $1.key ? $0.key < $1.key : precedes($0.index, $1.index) }
    for place in keyed.indices { members[place] = keyed[place].index }
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let order = clientNames.compare(memberships[left].client, memberships[right].client)
    if order != 0 { return order < 0 }
    let (userA, userB) = (user(of: left), user(of: right))
    if userA < 0 || userB < 0 { return userA < 0 && userB >= 0 }
    return userPrecedes(userA, userB)
  }

  private func userPrecedes(_ left: Int32, _ right: Int32) -> Bool {
    userNames.compare(left, right) < 0
  }
}
