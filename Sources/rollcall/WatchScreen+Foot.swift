/// What stands at the foot of the picture where keys can be pressed: the members of the chosen room, and a line
/// that says which keys there are.
extension WatchScreen {
  /// In a window of fewer rows there is only the table.
  private static let least = 8
  /// Within it a snapshot that may be read has come.
  private static let patience = Duration.seconds(3)

  func foot(_ model: WatchModel, now: Duration, columns: Int, rows: Int) -> [Line] {
    guard let controls, rows >= Self.least else { return [] }
    let members = controls.openRoom.map {
      pane($0, model, now: now, columns: columns, limit: (rows - 5) / 2)
    }
    let keys = Line(text: keys(controls).truncated(to: columns), weight: .dim)
    return (members ?? []) + [keys]
  }

  private func keys(_ controls: WatchControls) -> String {
    if controls.isTyping { return "filter: \(printable(controls.filter))▏ enter keep · esc clear" }
    let filter = controls.filter.isEmpty ? "" : " (\(printable(controls.filter)))"
    return "by \(controls.order.rawValue) · s \(controls.order.next.rawValue) · / filter\(filter)"
      + " · ↑↓ enter members · q quit"
  }

  private func pane(
    _ room: RoomName, _ model: WatchModel, now: Duration, columns: Int, limit: Int
  ) -> [Line] {
    let rule = Line(text: String(repeating: "─", count: columns), weight: .dim)
    guard let members = model.members, members.room == room else {
      let words =
        now - opened < Self.patience
        ? "…" : "nothing has come of its members; this login may not read them"
      return [rule, Line(text: "\(room.text): \(words)".truncated(to: columns), weight: .dim)]
    }
    let list = MemberList(room: room, snapshot: members.snapshot)
    var lines = list.lines(now: WallClock.milliseconds, width: columns).filter { !$0.isEmpty }
    let rest = lines.count - limit
    if rest > 0 {
      lines =
        lines.prefix(limit - 1) + ["… and \(rest + 1) lines more: rollcall members \(room.text)"]
    }
    return [rule]
      + lines.enumerated().map { place, text in
        Line(text: text.truncated(to: columns), weight: place == 0 ? .bold : .plain)
      }
  }
}
