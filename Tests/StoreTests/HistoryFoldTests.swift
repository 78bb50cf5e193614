import Testing

@testable import Store

/// What rows come to, in steps of another length.
@Suite struct HistoryFoldTests {
  private func fold(
    _ rows: [HistoryRow], gaps: [(since: Int64, until: Int64)] = [], count: Int64? = 2,
    span: Range<Int64> = 600..<720, step: Int64 = 60, length: Int64 = 1
  ) -> [HistoryPoint] {
    var fold = HistoryFold(
      start: span.lowerBound, end: span.upperBound, step: step, gaps: HistoryGaps(gaps),
      count: count, position: span.lowerBound)
    for row in rows { fold.take(row, length: length) }
    fold.finish()
    return fold.points
  }

  private func row(_ at: Int64, _ low: Int64, _ high: Int64, _ mean: Double, _ last: Int64)
    -> HistoryRow
  { HistoryRow(at: at, low: low, high: high, mean: mean, last: last) }

  private func point(_ at: Int64, _ low: Int64, _ high: Int64, _ mean: Double, _ known: Int64 = 60)
    -> HistoryPoint
  { HistoryPoint(at: at, low: low, high: high, mean: mean, secondsKnown: known) }

  @Test func `without a row the last count goes on`() {
    #expect(fold([]) == [point(600, 2, 2, 2), point(660, 2, 2, 2)])
  }

  @Test func `means are weighted by time, and extremes are of all that stood`() {
    let points = fold([row(629, 1, 5, 3, 5)])
    #expect(points == [point(600, 1, 5, (2 * 29 + 3 + 5 * 30) / 60), point(660, 5, 5, 5)])
  }

  @Test func `what is unknown at first is known from the first row on`() {
    let points = fold([row(630, 4, 4, 4, 4)], count: nil)
    #expect(points == [point(600, 4, 4, 4, 30), point(660, 4, 4, 4)])
    #expect(fold([], count: nil).allSatisfy { !$0.isKnown })
  }

  @Test(
    arguments: [
      (610, 620, 50, 60), (600, 660, 0, 60), (659, 661, 59, 59), (500, 601, 59, 60),
      (719, 900, 60, 59), (500, 900, 0, 0), (610, 610, 60, 60),
    ] as [(Int64, Int64, Int64, Int64)])
  func `gaps count for nothing`(since: Int64, until: Int64, first: Int64, second: Int64) {
    #expect(fold([], gaps: [(since, until)]).map(\.secondsKnown) == [first, second])
  }

  @Test func `gaps that overlap are one`() {
    let gaps = HistoryGaps([(0, 10), (5, 20), (20, 30), (40, 50), (45, 46)])
    #expect(gaps.known(from: 0, to: 60) == 20)
    #expect(gaps.known(from: 30, to: 40) == 10)
    #expect(gaps.known(from: 29, to: 41) == 10)
    #expect(gaps.known(from: 7, to: 7) == 0)
  }

  @Test func `an hour's row fills the minutes that are asked for`() {
    let points = fold([row(600, 1, 9, 4.5, 6)], span: 600..<1_320, step: 60, length: 600)
    #expect(points.count == 12)
    #expect(points[..<10].allSatisfy { $0.low == 1 && $0.high == 9 && $0.mean == 4.5 })
    #expect(points[10...].allSatisfy { $0.low == 6 && $0.high == 6 && $0.mean == 6 })
  }

  @Test func `rows of a time that was there twice do not count twice`() {
    let points = fold([row(610, 3, 3, 3, 3), row(605, 4, 4, 4, 4)])
    #expect(points.map(\.secondsKnown) == [60, 60])
    #expect(points[1] == point(660, 4, 4, 4))
  }
}
