import Store
import Testing

@testable import rollcall

/// The picture and the tables of `rollcall history`.
@Suite struct HistoryChartTests {
  private func point(_ at: Int64, _ low: Int64, _ mean: Double, _ high: Int64) -> HistoryPoint {
    HistoryPoint(at: at, low: low, high: high, mean: mean, secondsKnown: 60)
  }

  private func history(_ points: [HistoryPoint], last: Int64? = nil) -> RoomHistory {
    RoomHistory(
      room: "lab", since: 60 * Int64(points.count), step: 60, points: points, last: last)
  }

  private func draw(_ history: RoomHistory, columns: Int, rows: Int = 10) -> [String] {
    HistoryChart(history) { time, _ in "t\(time / 60)" }.lines(columns: columns, rows: rows)
  }

  @Test
  func `columns are full to the least, shaded to the greatest, and hatched where nothing is known`()
  {
    let points = [
      point(0, 4, 4, 4), point(60, 1, 2.5, 4), HistoryPoint(at: 120), point(180, 0, 0, 0),
      point(240, 2, 2, 2), point(300, 1, 1.5, 2), point(360, 3, 3, 3), point(420, 0, 0.5, 1),
    ]
    #expect(
      draw(history(points, last: 1), columns: 16)
        == [
          "lab: 1 now, 0 t…",
          "",
          "     4 ┤█░╱     ",
          "       │█━╱   █ ",
          "     2 ┤█░╱ █━█ ",
          "       │██╱ ███━",
          "       └────────",
          "        ".padded(to: 8), "", "█ least  ░ great…".truncated(to: 16),
        ].map { $0 })
  }

  @Test func `the heading has the figures of all that is known`() {
    let lines = draw(history([point(0, 1, 2, 3), point(60, 0, 4, 9)], last: 5), columns: 100)
    #expect(lines[0] == "lab: 5 now, 0 to 9, 3 on average in the last 2m, 1m a step")
    let unknown = draw(history([HistoryPoint(at: 0)]), columns: 100)
    #expect(unknown[0] == "lab: nothing is known of the last 1m")
  }

  @Test(arguments: [(20, 8), (80, 24), (200, 60), (12, 3)])
  func `the picture never passes the window`(columns: Int, rows: Int) {
    let points = (0..<500).map { point(Int64($0) * 60, 0, Double($0) / 2, Int64($0)) }
    let lines = draw(history(points), columns: columns, rows: rows)
    #expect(lines.allSatisfy { $0.columns <= columns })
    #expect(lines.count <= max(rows, 10))
  }

  @Test func `programs are told of gaps, too`() {
    let history = history([point(0, 1, 1.25, 2), HistoryPoint(at: 60)])
    #expect(
      history.csvLines == [
        "at,min,mean,max", "1970-01-01T00:00:00.000Z,1,1.25,2", "1970-01-01T00:01:00.000Z,,,",
      ])
    #expect(
      history.jsonLines == [
        #"{"at":"1970-01-01T00:00:00.000Z","min":1,"mean":1.25,"max":2}"#,
        #"{"at":"1970-01-01T00:01:00.000Z","min":null,"mean":null,"max":null}"#,
      ])
    #expect(history.tableLines.last == "1970-01-01T00:01:00.000Z    -     -    -")
  }
}
