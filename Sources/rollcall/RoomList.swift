/// The rooms as the retained topics show them, for `rollcall rooms`.
struct RoomList {
  private var counts: [RoomName: Int] = [:]
  private var snapshots: [RoomName: RoomSnapshot] = [:]

  init(_ messages: [BrokerSession.Received], root: String) {
    for message in messages {
      if let name = RoomName(message.topic, under: "\(root)/count/") {
        counts[name] = roomCount(message.payload)
      } else if let name = RoomName(message.topic, under: "\(root)/occupancy/") {
        snapshots[name] = RoomSnapshot(message.payload)
      }
    }
  }

  var names: [RoomName] { counts.keys.sorted() }

  /// Whether there are rooms and not one snapshot, as for a login that may not read them.
  var hasCountsAlone: Bool { !counts.isEmpty && snapshots.isEmpty }

  /// - Parameter now: milliseconds since 1970, for the ages.
  func table(long: Bool, now: Int64) -> TextTable {
    var columns = [TextTable.Column(title: "ROOM"), .init(title: "COUNT", right: true)]
    if long { columns += ["USERS", "ANONYMOUS", "CHANGED"].map { .init(title: $0, right: true) } }
    let rows = names.map { name in
      [name.text, String(counts[name] ?? 0)] + (long ? details(of: name, now: now) : [])
    }
    return TextTable(columns: columns, rows: rows)
  }

  var jsonLines: [String] {
    names.map { name in
      var json = #"{"room":\#(name.json),"count":\#(counts[name] ?? 0)"#
      if let snapshot = snapshots[name] {
        json += #","users_count":\#(snapshot.usersCount),"anonymous":\#(snapshot.anonymous)"#
        json += #","at":\#(jsonString(snapshot.at))"#
      }
      return json + "}"
    }
  }

  private func details(of name: RoomName, now: Int64) -> [String] {
    guard let snapshot = snapshots[name] else { return ["-", "-", "-"] }
    return [
      String(snapshot.usersCount), String(snapshot.anonymous),
      WallClock.age(of: snapshot.at, at: now),
    ]
  }
}
