/// Where `rollcall watch` shows what it knows.
protocol WatchView: AnyObject {
  func begin()
  func end()
  /// Something is new.
  /// - Returns: false when nobody reads any more.
  func show(_ change: WatchChange, in model: inout WatchModel) -> Bool
  /// Time has passed; a picture with ages in it is drawn again.
  /// - Returns: as ``show(_:in:)``.
  func refresh(_ model: inout WatchModel, now: Duration) -> Bool
}

/// Lines on standard output, one a change.
final class LinesView: WatchView {
  private let lines: WatchLines

  init(lines: WatchLines) { self.lines = lines }

  func begin() {}
  func end() {}

  func show(_ change: WatchChange, in model: inout WatchModel) -> Bool {
    let lines = lines.lines(for: change, in: &model, clock: WallClock.timeOfDay)
    return lines.isEmpty || writeOut(lines.map { $0 + "\n" }.joined())
  }

  func refresh(_ model: inout WatchModel, now: Duration) -> Bool { true }
}

/// A picture on a terminal, drawn after a change at most ten times a second, and once a second for
/// the ages and the window's size.
final class TerminalView: WatchView {
  private static let interval = Duration.milliseconds(100)
  private static let slowInterval = Duration.seconds(1)

  private let terminal: Terminal
  private var screen: WatchScreen
  private var isStale = true
  private var drawn: Duration?

  init(_ terminal: Terminal, place: String) {
    self.terminal = terminal
    screen = WatchScreen(place: place, trouble: "connecting")
  }

  func begin() { terminal.enter() }
  func end() { terminal.leave() }

  func show(_ change: WatchChange, in model: inout WatchModel) -> Bool {
    switch change {
    case .lost(let why): screen.trouble = "disconnected: \(printable(why))"
    case .connected, .present: screen.trouble = nil
    default: break
    }
    isStale = true
    return true
  }

  func refresh(_ model: inout WatchModel, now: Duration) -> Bool {
    if let drawn, now - drawn < (isStale ? Self.interval : Self.slowInterval) { return true }
    (drawn, isStale) = (now, false)
    let (columns, rows) = terminal.size
    let lines = screen.lines(
      &model, now: now, clock: WallClock.timeOfDay, columns: columns, rows: rows)
    return terminal.draw(lines)
  }
}
