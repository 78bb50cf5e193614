import Foundation
import Store

@testable import rollcall

/// All that the commands make of messages: tables, lines of JSON, pictures. What is shown fits the terminal and moves
/// nothing in it; what is JSON can be read.
struct CommandViews {
  private var model = WatchModel()
  private var controls = WatchControls()
  private var received: [BrokerSession.Received] = []
  private var now = Duration.zero
  private var size = (columns: 80, rows: 24)
  private static let root = "presence"
  private static let wall: Int64 = 1_700_000_000_000

  mutating func beginReplay() { model.beginReplay() }
  mutating func endReplay() throws { try tell(model.endReplay()) }
  mutating func pass(_ duration: Duration) { now += duration }
  mutating func resize(columns: Int, rows: Int) { size = (columns, rows) }

  mutating func press(_ bytes: [UInt8]) {
    for key in Key.read(bytes) { _ = controls.take(key, names: controls.arrange(&model), page: 5) }
  }

  mutating func take(_ message: BrokerSession.Received) throws {
    received.append(message)
    guard let message = Self.message(message) else { return }
    try tell(model.take(message, at: now))
    if case .occupancy(let room, let payload) = message, let snapshot = RoomSnapshot(payload) {
      try look(at: MemberList(room: room, snapshot: snapshot))
    }
  }

  private static func message(_ message: BrokerSession.Received) -> WatchModel.Message? {
    if let room = RoomName(message.topic, under: "\(root)/count/") {
      return .count(room, message.payload)
    }
    if let room = RoomName(message.topic, under: "\(root)/events/") {
      return .event(room, message.payload)
    }
    if let room = RoomName(message.topic, under: "\(root)/occupancy/") {
      return .occupancy(room, message.payload)
    }
    if message.topic.elementsEqual("\(root)/bridge/stats".utf8) { return .stats(message.payload) }
    return message.topic.elementsEqual("\(root)/bridge/status".utf8)
      ? .bridge(message.payload) : nil
  }

  private mutating func tell(_ changes: [WatchChange]) throws {
    for change in changes {
      let plain = WatchLines(json: false).lines(for: change, in: &model, clock: "12:00:00")
      try lookAtText(plain)
      try lookAtJSON(WatchLines(json: true).lines(for: change, in: &model, clock: "12:00:00"))
    }
  }

  private func look(at list: MemberList) throws {
    try lookAtText(list.lines(now: Self.wall))
    try lookAtText(list.lines(now: Self.wall, width: size.columns), columns: nil)
    try lookAtJSON(list.jsonLines)
    if let words = list.truncation { try lookAtText([words]) }
  }

  /// Draws everything once.
  mutating func draw() throws {
    var screen = WatchScreen(place: "presence at 127.0.0.1:1883")
    screen.controls = controls
    let lines = screen.lines(
      &model, now: now, clock: "12:00:00", columns: size.columns, rows: size.rows)
    try demand(lines.count <= size.rows, "\(lines.count) lines in \(size.rows) rows")
    try lookAtText(lines.map(\.text), columns: size.columns)
  }

  mutating func end() throws {
    try draw()
    let list = RoomList(received, root: Self.root)
    try lookAtJSON(list.jsonLines)
    for long in [false, true] {
      try lookAtText(list.table(long: long, now: Self.wall).lines())
      try lookAtText(
        list.table(long: long, now: Self.wall).lines(width: size.columns), columns: size.columns)
    }
  }

  private func lookAtText(_ lines: [String], columns: Int? = nil) throws {
    for line in lines {
      try demand(
        line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) },
        "a control character in \(shown(line.utf8))")
      if let columns {
        try demand(line.columns <= columns, "wider than \(columns): \(shown(line.utf8))")
      }
    }
  }

  private func lookAtJSON(_ lines: [String]) throws {
    for line in lines {
      let json = try? JSONSerialization.jsonObject(with: Data(line.utf8))
      try demand(json is [String: Any], "no JSON: \(shown(line.utf8))")
    }
    try lookAtText(lines)
  }
}
