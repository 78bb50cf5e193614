import Glibc
import Store

/// A room's history as a picture of characters. Pure: the history and the window's size in, lines out.
///
/// A column is a step: full up to the least count, shaded up to the greatest, and a line at the mean; hatched
/// where nothing is known.
struct HistoryChart {
  private let history: RoomHistory
  private let clock: (Int64, TimeForm) -> String
  private static let labelColumns = 8

  /// What of a time there is to tell apart.
  enum TimeForm {
    case seconds, minutes, days

    /// How far apart such labels stand.
    var columns: Int { self == .minutes ? 8 : self == .seconds ? 11 : 14 }
  }

  private static let eighths = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇"]

  /// - Parameter clock: a time in seconds since 1970 as a label.
  init(_ history: RoomHistory, clock: @escaping (Int64, TimeForm) -> String = HistoryChart.local) {
    self.history = history
    self.clock = clock
  }

  /// How many steps have room side by side.
  static func places(columns: Int) -> Int { max(8, columns - labelColumns) }

  func lines(columns: Int, rows: Int) -> [String] {
    let points = points(for: Self.places(columns: columns))
    let height = min(max(rows - 6, 4), 12)
    let whole = history.whole
    let top = Self.top(whole.isKnown ? whole.high : 0, height: Int64(height))
    let picture = (0..<height).map { row in
      label(row, top, height) + points.map { cell($0, row: row, height, top) }.joined()
    }
    let lines = [heading(whole), ""] + picture + axis(points) + ["", Self.legend]
    return lines.map { $0.truncated(to: columns) }
  }

  private static let legend = "█ least  ░ greatest  ━ mean  ╱ not known"

  private func heading(_ whole: HistoryPoint) -> String {
    let (room, span) = (printable(history.room), Self.words(history.since))
    guard whole.isKnown else { return "\(room): nothing is known of the last \(span)" }
    let now = history.last.map { "\($0) now, " } ?? ""
    return "\(room): \(now)\(whole.low) to \(whole.high), \(RoomHistory.mean(whole)) on average "
      + "in the last \(span), \(Self.words(history.step)) a step"
  }

  /// `90s`, `15m`, `24h`, `7d`: in the largest unit that leaves no rest, a day or two in hours.
  private static func words(_ seconds: Int64) -> String {
    if seconds % 86_400 == 0, seconds > 2 * 86_400 { return "\(seconds / 86_400)d" }
    if seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
    return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }

  /// One point a column: several in one where there are more, one in several where there are few.
  private func points(for places: Int) -> [HistoryPoint] {
    let all = history.points
    guard all.count > places else {
      let times = max(1, places / max(1, all.count))
      return all.flatMap { Array(repeating: $0, count: times) }
    }
    return (0..<places).map { place in
      RoomHistory.merged(all[place * all.count / places..<(place + 1) * all.count / places])
    }
  }

  /// A round number that all of it is below: a multiple of the picture's height where that is not much more.
  private static func top(_ high: Int64, height: Int64) -> Int64 {
    max(1, high > height ? (high + height - 1) / height * height : high)
  }

  private func label(_ row: Int, _ top: Int64, _ height: Int) -> String {
    let isMarked = row == 0 || row == height / 2
    let value = Double(top) * Double(height - row) / Double(height)
    let text = isMarked ? RoomHistory.decimal(value) : ""
    return text.padded(to: Self.labelColumns - 2, right: true) + (isMarked ? " ┤" : " │")
  }

  private func cell(_ point: HistoryPoint, row: Int, _ height: Int, _ top: Int64) -> String {
    guard point.isKnown else { return "╱" }
    let scale = Double(height) / Double(top)
    let floor = Double(height - 1 - row)
    let (low, high) = (Double(point.low) * scale - floor, Double(point.high) * scale - floor)
    let mean = point.mean * scale - floor
    if low >= 1 { return "█" }
    if point.low == point.high { return Self.block(low) }
    if mean > 0, mean <= 1 { return "━" }
    return high > 0.05 ? "░" : " "
  }

  private static func block(_ share: Double) -> String {
    let eighth = Int((share * 8).rounded())
    return eighth <= 0 ? " " : eighth >= 8 ? "█" : eighths[eighth]
  }

  private func axis(_ points: [HistoryPoint]) -> [String] {
    let form: TimeForm =
      history.since > 2 * 86_400 ? .days : history.since < 1_800 ? .seconds : .minutes
    let width = form.columns
    var line = String(repeating: " ", count: Self.labelColumns - 1) + "└"
    var labels = String(repeating: " ", count: Self.labelColumns)
    for (place, point) in points.enumerated() {
      let isTick = place % width == 0 && place + width <= points.count
      line += isTick ? "┬" : "─"
      if isTick { labels += clock(point.at, form).padded(to: width) }
    }
    return [line, labels]
  }

  /// Where the user is: `14:05:20`, `14:05`, `11-24 14:05`.
  static func local(_ second: Int64, _ form: TimeForm) -> String {
    var seconds = time_t(second)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    let time = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    return switch form {
    case .seconds: "\(time):\(two(parts.tm_sec))"
    case .minutes: time
    case .days: "\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(time)"
    }
  }
}
