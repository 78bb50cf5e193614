@preconcurrency import Glibc

/// The terminal that a picture is redrawn on: its alternate screen, so that what stood there before
/// is there again afterwards.
struct Terminal {
  private var saved: termios

  /// `nil`: standard output is no terminal, or one that cannot be drawn on.
  init?() {
    var settings = termios()
    guard isatty(STDOUT_FILENO) == 1, Self.canMoveTheCursor else { return nil }
    _ = tcgetattr(STDOUT_FILENO, &settings)
    saved = settings
  }

  /// Columns and rows of the terminal that is standard output; `nil`: it is none.
  static var window: (columns: Int, rows: Int)? {
    var window = winsize()
    guard isatty(STDOUT_FILENO) == 1,
      ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0
    else { return nil }
    return (Int(window.ws_col), Int(window.ws_row))
  }

  /// Columns and rows, as they are now.
  var size: (columns: Int, rows: Int) {
    Self.window ?? (80, 24)
  }

  /// Begins to draw: the alternate screen, no cursor, and keys that are pressed do not show.
  func enter() {
    var quiet = saved
    quiet.c_lflag &= ~tcflag_t(hasKeyboard ? ECHO | ICANON : ECHO)
    _ = tcsetattr(STDOUT_FILENO, TCSANOW, &quiet)
    writeOut("\u{1B}[?1049h\u{1B}[?25l")
  }

  static let keyboard = STDIN_FILENO

  /// Whether keys can be read, and not only hidden.
  var hasKeyboard: Bool { isatty(Self.keyboard) == 1 }

  /// What was typed, as far as it is there; it is asked for only when there is something. `nil`: the terminal is gone.
  func readKeys() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(Self.keyboard, &bytes, bytes.count)
    guard count <= 0 else { return Array(bytes.prefix(count)) }
    return count < 0 && [EINTR, EAGAIN].contains(errno) ? [] : nil
  }

  /// Everything as it was before ``enter()``.
  func leave() {
    var settings = saved
    writeOut("\u{1B}[?25h\u{1B}[?1049l")
    _ = tcsetattr(STDOUT_FILENO, TCSANOW, &settings)
  }

  /// Replaces the picture without blanking it first: that would flicker.
  func draw(_ lines: [WatchScreen.Line]) -> Bool {
    let body = lines.map { styled($0) + "\u{1B}[K" }.joined(separator: "\r\n")
    return writeOut("\u{1B}[H" + body + "\u{1B}[J")
  }

  private func styled(_ line: WatchScreen.Line) -> String {
    switch line.weight {
    case .plain: line.text
    case .bold: "\u{1B}[1m" + line.text + "\u{1B}[0m"
    case .dim: "\u{1B}[2m" + line.text + "\u{1B}[0m"
    case .chosen: "\u{1B}[7m" + line.text + "\u{1B}[0m"
    }
  }

  private static var canMoveTheCursor: Bool {
    guard let name = getenv("TERM").map({ String(cString: $0) }) else { return false }
    return !name.isEmpty && name != "dumb"
  }
}
