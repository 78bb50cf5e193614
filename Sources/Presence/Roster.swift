/// Pages through the members of a room, in the order of their names.
///
/// Sorting a large room for each page would hold everybody up, and so would looking through all of it at once.
/// So a roster takes the next few thousand members behind a name, looking at so many members a call, and keeps
/// them true while members come and go: a room of 100,000 is walked through once for every 2,000 members that
/// are paged through, in parts that take about a millisecond.
struct Roster {
  /// How many members it holds at least, if the room has them; it is cut back to these from twice as many.
  static let capacity = 2_048
  /// How many rooms are paged through at the same time; the one asked for longest ago is let go.
  static let limit = 8

  var room: Int32
  /// It begins behind this name.
  var lower: MemberName?
  /// Sorted once the walk is over.
  var members: [Int32] = []
  /// The member that the walk looks at next; -1: it is over.
  var cursor: Int32
  /// Members behind this one were left out; `nil`: none was.
  var upper: MemberName?

  var isCut: Bool { upper != nil }

  var isWhole: Bool { cursor < 0 }
}

/// A member of a room by name: where a page ended.
public struct MemberName: Equatable, Sendable {
  public var client: [UInt8]
  public var user: [UInt8]?

  public init(client: [UInt8], user: [UInt8]? = nil) {
    self.client = client
    self.user = user
  }
}

extension Engine {
  /// The members of a room behind `after`, at most `limit` (and ``pageLimit``), by client, then user.
  ///
  /// - Parameter budget: how many members to look at in this call; what is left of it is returned there.
  /// - Returns: memberships, and whether more follow; `nil`: not found within the budget, call again.
  public mutating func membersPage(
    of room: Int32, after: MemberName?, limit: Int, budget: inout Int
  ) -> (members: [Int32], more: Bool)? {
    let wanted = min(max(0, limit), Self.pageLimit)
    if let place = rosters.firstIndex(where: { $0.room == room }) {
      var roster = rosters.remove(at: place)
      if covers(roster, after, wanted) {
        return page(&roster, after: after, wanted, budget: &budget)
      }
    }
    var roster = Roster(room: room, lower: after, cursor: rooms[Int(room)].firstMember)
    return page(&roster, after: after, wanted, budget: &budget)
  }

  /// How long a page is at most.
  public static var pageLimit: Int { 1_000 }

  private mutating func page(
    _ roster: inout Roster, after: MemberName?, _ wanted: Int, budget: inout Int
  ) -> (members: [Int32], more: Bool)? {
    walk(&roster, budget: &budget)
    keep(roster)
    guard roster.isWhole else { return nil }
    let start = position(behind: after, in: roster.members)
    let page = roster.members[start...].prefix(wanted)
    return (Array(page), roster.isCut || page.endIndex < roster.members.count)
  }

  private mutating func keep(_ roster: Roster) {
    rosters.append(roster)
    rooms[Int(roster.room)].flags.insert(.rostered)
    guard rosters.count > Roster.limit else { return }
    rooms[Int(rosters.removeFirst().room)].flags.remove(.rostered)
  }

  /// Whether a page can be taken from it: it begins no later, and holds enough behind the name.
  private func covers(_ roster: Roster, _ after: MemberName?, _ wanted: Int) -> Bool {
    guard roster.isWhole else { return roster.lower == after }
    if let lower = roster.lower {
      guard let after, !Self.precedes(after, lower) else { return false }
    }
    return !roster.isCut
      || position(behind: after, in: roster.members) + wanted
        <= roster.members.count
  }

  /// Whether a member lies between the ends of a roster.
  func covers(_ roster: Roster, _ member: Int32) -> Bool {
    if let lower = roster.lower, !isBehind(lower, member) { return false }
    if let upper = roster.upper, isBehind(upper, member) { return false }
    return true
  }

  private func walk(_ roster: inout Roster, budget: inout Int) {
    guard !roster.isWhole else { return }
    while roster.cursor >= 0, budget > 0 {
      budget -= 1
      take(roster.cursor, into: &roster)
      roster.cursor = memberships[roster.cursor].nextInRoom
    }
    if roster.isWhole { cut(&roster) }
  }

  private func take(_ member: Int32, into roster: inout Roster) {
    if let lower = roster.lower, !isBehind(lower, member) { return }
    if let upper = roster.upper, isBehind(upper, member) { return }
    roster.members.append(member)
    if roster.members.count >= 2 * Roster.capacity { cut(&roster) }
  }

  private func cut(_ roster: inout Roster) {
    sortByName(&roster.members)
    guard roster.members.count > Roster.capacity else { return }
    roster.members.removeLast(roster.members.count - Roster.capacity)
    roster.upper = roster.members.last.map { memberName($0) }
  }

  /// Where the members behind a name begin.
  private func position(behind name: MemberName?, in members: [Int32]) -> Int {
    guard let name else { return 0 }
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(name, members[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Members come and go while a room is paged through.
extension Engine {
  /// During the walk a newcomer stands in front of what was walked through.
  mutating func followRoster(of room: Int32, newcomer: Int32) {
    guard let place = rosters.firstIndex(where: { $0.room == room }) else { return }
    var roster = rosters[place]
    rosters[place].members = []
    defer { rosters[place] = roster }
    guard roster.isWhole else { return take(newcomer, into: &roster) }
    if let lower = roster.lower, !isBehind(lower, newcomer) { return }
    let name = memberName(newcomer)
    let position = position(behind: name, in: roster.members)
    if roster.isCut, position == roster.members.count { return }
    roster.members.insert(newcomer, at: position)
    if roster.members.count >= 2 * Roster.capacity { cut(&roster) }
  }

  mutating func followRoster(of room: Int32, leaver: Int32) {
    guard let place = rosters.firstIndex(where: { $0.room == room }) else { return }
    if rosters[place].cursor == leaver {
      rosters[place].cursor = memberships[leaver].nextInRoom
      if rosters[place].isWhole {
        var roster = rosters[place]
        cut(&roster)
        rosters[place] = roster
      }
    }
    if let position = rosters[place].members.firstIndex(of: leaver) {
      rosters[place].members.remove(at: position)
    }
  }

  /// The name of a member.
  public func memberName(_ membership: Int32) -> MemberName {
    let user = user(of: membership)
    return MemberName(
      client: clientNames.withName(memberships[membership].client) { [UInt8]($0) },
      user: user < 0 ? nil : userNames.withName(user) { [UInt8]($0) })
  }

  private static func precedes(_ left: MemberName, _ right: MemberName) -> Bool {
    if left.client != right.client { return left.client.lexicographicallyPrecedes(right.client) }
    guard let user = right.user else { return false }
    return left.user?.lexicographicallyPrecedes(user) ?? true
  }

  /// Whether a member comes after a name.
  private func isBehind(_ name: MemberName, _ membership: Int32) -> Bool {
    let order = clientNames.withName(memberships[membership].client) { client in
      name.client.withUnsafeBytes { NameTable.compare($0, client) }
    }
    if order != 0 { return order < 0 }
    let user = user(of: membership)
    guard user >= 0 else { return false }
    guard let other = name.user else { return true }
    return userNames.withName(user) { user in
      other.withUnsafeBytes { NameTable.compare($0, user) < 0 }
    }
  }
}
