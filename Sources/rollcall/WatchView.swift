/// Where `rollcall watch` shows what it knows.
protocol WatchView: AnyObject {
  func begin()
  func end()
  /// What is shown may be no more, or has another size.
  func redraw()
  /// Something is new.
  /// - Returns: false when nobody reads any more.
  func show(_ change: WatchChange, in model: inout WatchModel) -> Bool
  /// Time has passed; a picture with ages in it is drawn again.
  /// - Returns: as ``show(_:in:)``.
  func refresh(_ model: inout WatchModel, now: Duration) -> Bool
  /// Where keys come from; `nil`: from nowhere.
  var keyboard: Int32? { get }
  /// Keys were pressed.
  /// - Returns: false: one of them ends it all.
  func takeKeys(_ model: inout WatchModel) -> Bool
  /// The room whose members are wanted.
  var openRoom: RoomName? { get }
}

extension WatchView {
  func redraw() {}
  var keyboard: Int32? { nil }
  func takeKeys(_ model: inout WatchModel) -> Bool { true }
  var openRoom: RoomName? { nil }
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
/// the ages.
final class TerminalView: WatchView {
  private static let interval = Duration.milliseconds(100)
  private static let slowInterval = Duration.seconds(1)

  private let terminal: Terminal
  private var screen: WatchScreen
  private var isStale = true
  private var drawn: Duration?
  /// Since the last picture.
  private var hasOpened = false

  init(_ terminal: Terminal, place: String) {
    self.terminal = terminal
    screen = WatchScreen(place: place, trouble: "connecting")
    if terminal.hasKeyboard { screen.controls = WatchControls() }
  }

  var keyboard: Int32? { screen.controls == nil ? nil : Terminal.keyboard }
  var openRoom: RoomName? { screen.controls?.openRoom }

  func takeKeys(_ model: inout WatchModel) -> Bool {
    guard var controls = screen.controls else { return true }
    let openBefore = controls.openRoom
    guard let bytes = terminal.readKeys() else { return false }
    let keys = Key.read(bytes)
    let page = max(1, terminal.size.rows - 6)
    let goesOn = keys.allSatisfy { key in
      controls.take(key, names: controls.arrange(&model), page: page)
    }
    screen.controls = controls
    hasOpened = hasOpened || controls.openRoom != openBefore
    // Who presses a key wants to see it at once.
    if !keys.isEmpty { redraw() }
    return goesOn
  }

  func begin() {
    terminal.enter()
    redraw()
  }

  func end() { terminal.leave() }
  func redraw() { (drawn, isStale) = (nil, true) }

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
    if hasOpened { (screen.opened, hasOpened) = (now, false) }
    (drawn, isStale) = (now, false)
    let (columns, rows) = terminal.size
    let lines = screen.lines(
      &model, now: now, clock: WallClock.timeOfDay, columns: columns, rows: rows)
    return terminal.draw(lines)
  }
}
