/// The picture that `rollcall watch` draws on a terminal: a line of what is so, and a table of the
/// rooms. Pure: the model and the window's size in, lines out.
struct WatchScreen {
  /// `presence at 127.0.0.1:1883`.
  var place: String
  /// What is wrong with the connection; `nil` while it stands.
  var trouble: String?
  /// `nil`: nobody can press a key.
  var controls: WatchControls?
  /// When the open room was opened, on the model's clock.
  var opened = Duration.zero

  struct Line: Equatable {
    enum Weight { case plain, bold, dim, chosen }

    var text: String
    var weight = Weight.plain
  }

  /// - Parameters:
  ///   - now: on the model's clock.
  ///   - clock: the time of day.
  func lines(
    _ model: inout WatchModel, now: Duration, clock: String, columns: Int, rows: Int
  ) -> [Line] {
    let names = controls?.arrange(&model) ?? model.roomNames()
    let foot = foot(model, now: now, columns: columns, rows: rows)
    let limit = max(1, rows - 4 - foot.count)
    let shown = choose(names, from: model, limit: limit)
    var lines = [heading(model, clock: clock, columns: columns), figures(model, columns: columns)]
    if names.isEmpty {
      lines.append(Line(text: emptiness(model).truncated(to: columns), weight: .dim))
    } else {
      lines += table(shown, of: model, now: now, columns: columns)
    }
    if shown.count < names.count {
      let rest = counted(names.count - shown.count, "room")
      let more = isSteady ? "… and \(rest) where less happened lately" : "… and \(rest) more"
      lines.append(Line(text: more.truncated(to: columns), weight: .dim))
    }
    lines = Array(lines.prefix(max(0, rows - foot.count)))
    if !foot.isEmpty {
      lines += Array(repeating: Line(text: ""), count: rows - foot.count - lines.count) + foot
    }
    return Array(lines.prefix(rows))
  }

  /// Rooms stay where they are while nobody has chosen another order, or one of them.
  private var isSteady: Bool { controls.map { $0.order == .name && $0.chosen == nil } ?? true }

  private func emptiness(_ model: WatchModel) -> String {
    guard model.synchronized else { return "" }
    return model.rooms.isEmpty ? "nobody anywhere yet" : "no room has that in its name"
  }

  private func figures(_ model: WatchModel, columns: Int) -> Line {
    let words = model.bridge == .online && trouble == nil ? model.figures?.words ?? "" : ""
    return Line(text: words.truncated(to: columns), weight: words.isEmpty ? .plain : .dim)
  }

  private func heading(_ model: WatchModel, clock: String, columns: Int) -> Line {
    let state = trouble ?? "bridge \(model.bridge.rawValue)"
    let totals = "\(counted(model.rooms.count, "room")), \(model.presences) present"
    let left = "\(state) · \(totals) · \(place)"
      .truncated(to: max(0, columns - clock.columns - 2))
    let text = left.padded(to: columns - clock.columns) + clock
    return Line(text: text.truncated(to: columns), weight: .bold)
  }

  private func table(
    _ names: [RoomName], of model: WatchModel, now: Duration, columns: Int
  ) -> [Line] {
    var table = TextTable(columns: [
      .init(title: "ROOM"), .init(title: "COUNT", right: true),
      .init(title: "CHANGED", right: true),
      .init(title: "LATELY"),
    ])
    let rooms = names.compactMap { name in model.rooms[name].map { (name, $0) } }
    table.rows = rooms.map { name, room in
      let age = room.changed.map { (now - $0).brief } ?? "-"
      return [name.text, String(room.count), age, room.lately.joined(separator: " ")]
    }
    let weights =
      [Line.Weight.dim]
      + rooms.map { $0.0 == controls?.chosen ? .chosen : Self.weight(of: $0.1, now: now) }
    return zip(table.lines(width: columns), weights).map { Line(text: $0, weight: $1) }
  }

  /// What has just changed stands out, what is empty steps back.
  private static func weight(of room: WatchModel.Room, now: Duration) -> Line.Weight {
    if let changed = room.changed, now - changed < .seconds(2) { return .bold }
    return room.count == 0 ? .dim : .plain
  }

  /// All rooms where they fit; else those that changed last, in order of their names all the same,
  /// so that a row is found where it was.
  private func choose(
    _ names: [RoomName], from model: WatchModel, limit: Int
  ) -> [RoomName] {
    guard names.count > limit else { return names }
    guard isSteady else { return window(names, limit: limit) }
    let changed = names.filter { model.rooms[$0]?.changed != nil }.sorted {
      (model.rooms[$0]?.changed ?? .zero) > (model.rooms[$1]?.changed ?? .zero)
    }
    let latest = changed.prefix(limit)
    let known = Set(latest)
    let rest = names.lazy.filter { !known.contains($0) }.prefix(limit - latest.count)
    return (latest + rest).sorted()
  }

  /// So many rooms from the first, or around the chosen one.
  private func window(_ names: [RoomName], limit: Int) -> [RoomName] {
    let place = controls?.chosen.flatMap { names.firstIndex(of: $0) } ?? 0
    let start = min(max(0, place - limit / 2), names.count - limit)
    return Array(names[start..<start + limit])
  }
}

/// `1 room`, `2 rooms`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
