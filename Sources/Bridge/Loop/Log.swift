import Glibc
import Presence
import Topics

/// Log lines on standard error, `TIME LEVEL: TEXT`. What can happen with every message is said at most once a
/// second a kind; the next line of the kind then tells how many were left out.
public final class Log {
  private let level: LogLevel
  private let write: (String, Now) -> Void
  private let output: LogOutput?
  private var kinds: [String: (last: Instant, suppressed: Int)] = [:]

  /// Writes to a descriptor, without ever waiting for it.
  public init(level: LogLevel, descriptor: CInt = STDERR_FILENO) {
    self.level = level
    let output = LogOutput(descriptor: descriptor)
    self.output = output
    write = { line, now in output.write(line) { Self.notice(ofLost: $0, at: now) } }
  }

  public init(level: LogLevel, write: @escaping (String) -> Void) {
    self.level = level
    output = nil
    self.write = { line, _ in write(line) }
  }

  /// How many lines could not be written.
  public var linesLost: UInt64 { output?.lost ?? 0 }

  public func log(_ level: LogLevel, at now: Now, _ text: @autoclosure () -> String) {
    guard level >= self.level else { return }
    write("\(Self.time(now)) \(level.rawValue): \(text())", now)
  }

  /// At most one line a second of each kind.
  public func limited(
    _ kind: String, _ level: LogLevel, at now: Now, _ text: @autoclosure () -> String
  ) {
    guard level >= self.level else { return }
    var entry = kinds[kind] ?? (Instant(nanoseconds: .min), 0)
    if entry.last.nanoseconds != .min, now.instant < entry.last + .seconds(1) {
      entry.suppressed += 1
    } else {
      let more = entry.suppressed > 0 ? " (and \(entry.suppressed) more of the kind)" : ""
      write("\(Self.time(now)) \(level.rawValue): \(text())\(more)", now)
      entry = (now.instant, 0)
    }
    kinds[kind] = entry
  }

  private static func time(_ now: Now) -> String {
    var bytes: [UInt8] = []
    Timestamp.append(millisecondsSince1970: now.wall, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func notice(ofLost lines: UInt64, at now: Now) -> String {
    "\(time(now)) \(LogLevel.warning.rawValue): \(lines) lines of this log could not be written before this one"
  }

  /// Bytes from the network, fit for a log line: what does not print is escaped.
  static func printable(_ bytes: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: bytes.prefix(200), as: UTF8.self)
    return text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }
      .joined()
  }
}
