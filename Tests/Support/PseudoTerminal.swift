import Foundation
import Glibc

/// A terminal for a child, whose keys a test presses and whose picture it reads.
public final class PseudoTerminal {
  /// The child's side: hand it on as 0, 1 and 2.
  public let childEnd: Int32
  private let ourEnd: Int32
  private var bytes: [UInt8] = []

  public init(columns: UInt16 = 80, rows: UInt16 = 24) throws {
    var (ours, childs): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&ours, &childs, nil, nil, &size) == 0 else { throw TestFailure("openpty") }
    (ourEnd, childEnd) = (ours, childs)
    _ = fcntl(ourEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(ourEnd)
    close(childEnd)
  }

  /// Another window size, of which nobody is told.
  public func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(ourEnd, UInt(TIOCSWINSZ), &size)
  }

  /// How the terminal is set: its input, output and local modes.
  public var modes: [UInt32] {
    var settings = termios()
    _ = tcgetattr(ourEnd, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_lflag]
  }

  public func type(_ text: String) {
    let keys = Array(text.utf8)
    _ = write(ourEnd, keys, keys.count)
  }

  /// All that was written to it since the last ``forget()``.
  public var written: String {
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(ourEnd, &part, part.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += part.prefix(count)
    }
  }

  public func forget() {
    _ = written
    bytes.removeAll()
  }

  /// The lines of the last whole picture that begins at the upper left corner, without colours and the like.
  public var picture: [String] {
    let frames = written.components(separatedBy: "\u{1B}[H").dropFirst()
    guard let frame = frames.last(where: { $0.contains("\u{1B}[J") }) else { return [] }
    let text = frame.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").utf8.filter { $0 != 0x0D }
    return String(decoding: text, as: UTF8.self).components(separatedBy: "\n")
  }

  /// Waits for something to be on the terminal; throws with what is.
  public func wait(
    for what: String, limit: Duration = .seconds(15), until condition: (PseudoTerminal) -> Bool
  ) throws {
    if waitUntil(limit: limit, { condition(self) }) { return }
    throw TestFailure("waited in vain for \(what); the terminal has:\n\(written.suffix(3000))")
  }
}
