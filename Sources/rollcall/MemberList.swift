/// A room's members as its snapshot has them, for `rollcall members`.
struct MemberList {
  var room: RoomName
  var snapshot: RoomSnapshot

  /// A line of totals, the table, and a word on who is left out.
  /// - Parameter now: milliseconds since 1970, for the ages.
  /// - Parameter width: of the terminal; `nil`: as wide as need be.
  func lines(now: Int64, width: Int? = nil) -> [String] {
    guard snapshot.count > 0 else { return ["\(room.text): empty"] }
    let totals =
      "\(room.text): \(snapshot.count) present, \(counted(snapshot.usersCount, "user")), "
      + "\(snapshot.anonymous) anonymous"
    return [totals, ""] + table(now: now).lines(width: width) + (truncation.map { [$0] } ?? [])
  }

  var jsonLines: [String] {
    snapshot.members.map { member in
      var members: [(key: String, value: JSONValue)] = [("client", .string(member.client))]
      if let user = member.user { members.append(("user", .string(user))) }
      members.append(("since", .string(member.since)))
      if member.asleep == true { members.append(("asleep", .bool(true))) }
      if let data = member.data { members.append(("data", data)) }
      return JSONValue.object(members)
    }
  }

  /// What to say when the snapshot does not name everybody; else `nil`.
  var truncation: String? {
    guard snapshot.truncated else { return nil }
    let rest = max(0, snapshot.count - snapshot.members.count)
    return "… and \(rest) more: the bridge names so many at most (members_limit, max_snapshot)"
  }

  private func table(now: Int64) -> TextTable {
    let hasUsers = snapshot.members.contains { $0.user != nil }
    let hasSleepers = snapshot.members.contains { $0.asleep == true }
    let hasData = snapshot.members.contains { $0.data != nil }
    var columns = [TextTable.Column(title: "CLIENT")]
    if hasUsers { columns.append(.init(title: "USER")) }
    columns += [.init(title: "SINCE"), .init(title: "FOR", right: true)]
    if hasSleepers { columns.append(.init(title: "ASLEEP")) }
    if hasData { columns.append(.init(title: "DATA")) }
    let rows = snapshot.members.map { member in
      var row = [printable(member.client)]
      if hasUsers { row.append(member.user.map { printable($0) } ?? "-") }
      row += [printable(member.since), WallClock.age(of: member.since, at: now)]
      if hasSleepers { row.append(member.asleep == true ? "asleep" : "") }
      if hasData { row.append(member.data?.words ?? "") }
      return row
    }
    return TextTable(columns: columns, rows: rows)
  }
}
