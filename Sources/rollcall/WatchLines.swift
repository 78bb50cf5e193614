/// What `rollcall watch` writes where there is no terminal to draw on: one line a change.
struct WatchLines {
  var json: Bool

  /// - Parameter clock: the time of day as `HH:MM:SS`.
  func lines(for change: WatchChange, in model: inout WatchModel, clock: String) -> [String] {
    json ? jsonLines(change, &model) : plainLines(change, &model).map { clock + " " + $0 }
  }

  private func plainLines(_ change: WatchChange, _ model: inout WatchModel) -> [String] {
    switch change {
    case .present(let bridge):
      return ["bridge \(bridge.rawValue)"]
        + model.roomNames().map { "\($0.text) \(model.rooms[$0]?.count ?? 0)" }
    case .event(let room, let event): return [plain(room, event)]
    case .count(let room, let count): return ["\(room.text) \(count)"]
    case .gone(let room): return ["\(room.text) gone"]
    case .bridge(let state): return ["bridge \(state.rawValue)"]
    case .lost(let why): return ["disconnected: \(why)"]
    case .connected: return ["connected"]
    }
  }

  private func plain(_ room: RoomName, _ event: RoomEvent) -> String {
    let changes =
      event.added.map { "+" + $0.words } + event.removed.map { "-" + $0.words }
    return ([room.text, String(event.count)] + changes).joined(separator: " ")
  }

  private func jsonLines(_ change: WatchChange, _ model: inout WatchModel) -> [String] {
    switch change {
    case .present(let bridge):
      return [Self.bridge(bridge)]
        + model.roomNames().map { Self.room($0, model.rooms[$0]?.count ?? 0) }
    case .event(let room, let event): return [Self.event(room, event)]
    case .count(let room, let count): return [Self.room(room, count)]
    case .gone(let room): return [#"{"type":"gone","room":\#(room.json)}"#]
    case .bridge(let state): return [Self.bridge(state)]
    case .lost(let why): return [#"{"type":"lost","reason":\#(jsonString(why))}"#]
    case .connected: return [#"{"type":"connected"}"#]
    }
  }

  private static func bridge(_ state: BridgeState) -> String {
    #"{"type":"bridge","state":"\#(state.rawValue)"}"#
  }

  private static func room(_ room: RoomName, _ count: Int) -> String {
    #"{"type":"count","room":\#(room.json),"count":\#(count)}"#
  }

  private static func event(_ room: RoomName, _ event: RoomEvent) -> String {
    let revision = event.revision.map { #","revision":\#($0)"# } ?? ""
    return #"{"type":"event","room":\#(room.json),"count":\#(event.count)"#
      + #","added":\#(clients(event.added)),"removed":\#(clients(event.removed))"#
      + #","updated":\#(clients(event.updated ?? []))\#(revision)}"#
  }

  private static func clients(_ clients: [ChangedClient]) -> String {
    let objects = clients.map { client in
      JSONValue.object(
        [("client", client.client), ("user", client.user), ("reason", client.reason)]
          .compactMap { key, value in value.map { (key: key, value: .string($0)) } })
    }
    return "[" + objects.joined(separator: ",") + "]"
  }
}
