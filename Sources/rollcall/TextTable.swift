/// Rows of text under headings, in columns as wide as their widest cell.
struct TextTable {
  struct Column {
    var title: String
    /// Numbers and ages stand at the right.
    var right = false
  }

  var columns: [Column]
  var rows: [[String]] = []

  private static let gap = "  "

  /// The heading and one line a row, none with spaces at its end.
  /// - Parameter width: of the terminal; the first column gives way from its front, as the ends of
  ///   rooms' names differ, down to 12 columns, and the last from its end. Columns that have no room then are
  ///   left out from the right, but for the first two. `nil`: as wide as need be, for files and pipes.
  func lines(width: Int? = nil) -> [String] {
    let widths = columnWidths(within: width)
    let cells = [columns.map(\.title)] + rows
    return cells.map { row in
      let line = zip(widths.indices, row).map { index, cell in
        cell.truncated(to: widths[index], front: index == 0)
          .padded(to: widths[index], right: columns[index].right)
      }.joined(separator: Self.gap)
      let trimmed = String(line.reversed().drop { $0 == " " }.reversed())
      return width.map { trimmed.truncated(to: $0) } ?? trimmed
    }
  }

  private static let leastFirst = 12
  private static let leastLast = 3

  private func columnWidths(within width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(columns[index].title.columns) { max($0, $1[index].columns) }
    }
    guard let width, widths.count > 1 else { return widths }
    while widths.count > 2, leastWidth(widths) > width { widths.removeLast() }
    let last = widths.count - 1
    let fixed = widths[1..<last].reduce(Self.gap.count * last, +)
    let wantedByLast = columns[last].right ? widths[last] : min(widths[last], 12)
    let least = last == 1 ? 1 : Self.leastFirst
    widths[0] = min(widths[0], max(least, width - fixed - wantedByLast))
    widths[last] = max(1, min(widths[last], width - fixed - widths[0]))
    return widths
  }

  /// What the columns cannot do without: numbers are not cut.
  private func leastWidth(_ widths: [Int]) -> Int {
    let last = widths.count - 1
    let inner = widths[1..<last].reduce(Self.gap.count * last, +)
    let wantedByLast = columns[last].right ? widths[last] : min(widths[last], Self.leastLast)
    return min(widths[0], Self.leastFirst) + inner + wantedByLast
  }
}
