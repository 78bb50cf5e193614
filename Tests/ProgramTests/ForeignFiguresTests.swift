import Store
import Testing

@testable import rollcall

/// What somebody who is no bridge may put on a bridge's topics: it is shown or it is not, and nothing else happens.
@Suite struct ForeignFiguresTests {
  private static let numbers = [
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551616",
    "1e300", "-1e300", "1.7976931348623157e308", "5e-324", "-0", "0.5", "-1", "null", "true", "[]",
    #""1e300""#, "1e400", "NaN", "99999999999999999999999999999999",
  ]

  private static let payloads: [(topic: String, text: String)] = [
    (
      "stats",
      #"{"received":N,"clients":N,"presences":N,"longest_turn_ms":N,"uptime_s":N,"durable":true}"#
    ),
    ("event", #"{"count":N,"added":[],"removed":[],"updated":[],"revision":N,"bulk":false}"#),
    (
      "occupancy",
      #"{"count":N,"users_count":N,"anonymous":N,"members":[{"client":"a","since":"x","data":{"n":N}}],"#
        + #""truncated":true,"at":"9999-12-31T23:59:59.999Z"}"#
    ),
    ("count", "N"), ("status", "N"),
  ]

  private static func messages(_ number: String) -> [WatchModel.Message] {
    payloads.map { topic, text in
      let bytes = Array(text.replacing("N", with: number).utf8)
      return switch topic {
      case "stats": .stats(bytes)
      case "event": .event(RoomName("lab"), bytes)
      case "occupancy": .occupancy(RoomName("lab"), bytes)
      case "count": .count(RoomName("lab"), bytes)
      default: .bridge(bytes)
      }
    }
  }

  private func show(_ model: inout WatchModel, at second: Int64) {
    var screen = WatchScreen(place: "presence at here:1883")
    screen.controls = WatchControls()
    _ = screen.lines(
      &model, now: .seconds(second), clock: "12:00:00", columns: 80, rows: 24)
    _ = model.presences
    _ = model.figures?.words
    guard let members = model.members else { return }
    let list = MemberList(room: members.room, snapshot: members.snapshot)
    _ = list.lines(now: 1_795_000_000_000) + list.jsonLines
  }

  @Test(arguments: numbers)
  func `no number that is put on the topics ends a command`(first: String) {
    for second in Self.numbers {
      var model = WatchModel()
      _ = model.endReplay()
      _ = model.take(.bridge(Array("online".utf8)), at: .zero)
      for (place, message) in (Self.messages(first) + Self.messages(second)).enumerated() {
        for change in model.take(message, at: .seconds(place)) {
          for json in [false, true] {
            _ = WatchLines(json: json).lines(for: change, in: &model, clock: "12:00:00")
          }
        }
        show(&model, at: Int64(place))
      }
    }
  }

  @Test func `counts that cannot be are the nearest that can, and add up`() {
    var model = WatchModel()
    for number in 0..<100 {
      _ = model.take(.count(RoomName("r\(number)"), Array("9223372036854775807".utf8)), at: .zero)
    }
    _ = model.endReplay()
    #expect(model.presences == 100 * ForeignFigures.most)
    #expect(roomCount(Array("-5".utf8)) == nil)
    #expect(roomCount(Array(String(repeating: "9", count: 400).utf8)) == ForeignFigures.most)
    let event = RoomEvent(Array(#"{"count":-9e99,"added":[],"removed":[]}"#.utf8))
    #expect(event?.count == 0)
  }

  @Test func `a rate between two stats stays a number`() {
    func stats(_ received: String, _ uptime: String) -> [UInt8] {
      Array(#"{"received":\#(received),"clients":1,"uptime_s":\#(uptime),"durable":true}"#.utf8)
    }
    let first = BridgeFigures(stats("0", "0"), after: nil)
    let second = BridgeFigures(stats("1e300", "5e-324"), after: first)
    #expect(second?.rate == 1e9)
    #expect(second?.words == "1 client · 1000000000 messages/s · up 0s")
    let third = BridgeFigures(stats("1e300", "1e300"), after: second)
    #expect(third?.words.hasSuffix("up 11574d") == true)
  }

  @Test func `deep and long data is shown, or the snapshot is none`() {
    func snapshot(_ data: String) -> RoomSnapshot? {
      RoomSnapshot(
        Array(
          (#"{"count":1,"users_count":0,"anonymous":1,"truncated":false,"at":"","members":[{"client":"c","#
            + #""since":"","data":\#(data)}]}"#).utf8))
    }
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    #expect(snapshot(nested(120))?.members.first?.data?.json == nested(120))
    #expect(snapshot(nested(5_000)) == nil)
    #expect(snapshot(String(repeating: "[", count: 100_000)) == nil)
    let long = "[" + Array(repeating: "0", count: 100_000).joined(separator: ",") + "]"
    #expect(snapshot(long)?.members.first?.data?.json == long)
    #expect(
      snapshot("{\"\u{e9}\":1,\"e\u{301}\":2}")?.members.first?.data?.json
        == "{\"e\u{301}\":2,\"\u{e9}\":1}")
    #expect(
      snapshot(#"{"\u001b[2J":"\u009b\u202e"}"#)?.members.first?.data?.words
        == #"\u{1B}[2J=\u{9B}\u{202E}"#)
  }

  @Test func `a history that nobody can have counted is drawn`() {
    let points = [
      HistoryPoint(at: .max, low: .min, high: .max, mean: .infinity, secondsKnown: .max),
      HistoryPoint(at: .min, low: .max, high: .min, mean: .nan, secondsKnown: .min),
      HistoryPoint(at: 0, low: 1, high: 3, mean: -1e300, secondsKnown: 60),
    ].map(\.plausible)
    let history = RoomHistory(room: "lab", since: 3_600, step: 60, points: points, last: .max)
    #expect(HistoryChart(history, clock: { _, _ in "" }).lines(columns: 80, rows: 24).count > 4)
    #expect((history.jsonLines + history.csvLines + history.tableLines).count > 9)
  }
}
