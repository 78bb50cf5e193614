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
  ///   rooms' names differ, down to 12 columns. `nil`: as wide as need be, for files and pipes.
  func lines(width: Int? = nil) -> [String] {
    let widths = columnWidths(within: width)
    let cells = [columns.map(\.title)] + rows
    return cells.map { row in
      let line = zip(row.indices, row).map { index, cell in
        cell.truncated(to: widths[index], front: index == 0)
          .padded(to: widths[index], right: columns[index].right)
      }.joined(separator: Self.gap)
      let trimmed = String(line.reversed().drop { $0 == " " }.reversed())
      return width.map { trimmed.truncated(to: $0) } ?? trimmed
    }
  }

  private func columnWidths(within width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(columns[index].title.columns) { max($0, $1[index].columns) }
    }
    guard let width, let last = widths.indices.last, last > 0 else { return widths }
    let gaps = Self.gap.count * last
    let fixed = widths[1..<last].reduce(gaps, +)
    let wantedByLast = min(widths[last], 12)
    widths[0] = min(widths[0], max(12, width - fixed - wantedByLast))
    widths[last] = max(1, min(widths[last], width - fixed - widths[0]))
    return widths
  }
}
