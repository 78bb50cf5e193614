import Foundation
import Glibc

/// Two pipes to a child, of messages that end with a zero byte, as Chromium's DevTools speaks on descriptors 3 and 4.
final class PipePair {
  /// What the child reads and writes; to be closed here once it has them.
  let child: (input: Int32, output: Int32)
  private let input: Int32
  private let output: Int32
  private var pending = Data()

  init() throws {
    let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
    child = (toChild.0, fromChild.1)
    (output, input) = (toChild.1, fromChild.0)
  }

  deinit {
    close(input)
    close(output)
  }

  func closeChildEnds() {
    close(child.input)
    close(child.output)
  }

  /// Writes one message; throws when the child is gone.
  func send(_ message: Data) throws {
    var rest = message + [0]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      guard count > 0 else { throw TestFailure("the pipe is closed") }
      rest = rest.dropFirst(count)
    }
  }

  /// The next message; nil when none comes until `deadline`. Throws when the child has closed its end.
  func receive(until deadline: ContinuousClock.Instant) throws -> Data? {
    while true {
      if let end = pending.firstIndex(of: 0) {
        let message = Data(pending[pending.startIndex..<end])
        pending = Data(pending[(end + 1)...])
        return message
      }
      guard try readMore(until: deadline) else { return nil }
    }
  }

  private func readMore(until deadline: ContinuousClock.Instant) throws -> Bool {
    let left = (deadline - .now) / .milliseconds(1)
    var entry = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard left > 0, poll(&entry, 1, Int32(left.rounded(.up))) == 1 else { return false }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(input, &bytes, bytes.count)
    guard count > 0 else { throw TestFailure("the browser has closed its pipe") }
    pending += bytes.prefix(count)
    return true
  }

  /// Above the numbers by which the child will know them, and not inherited by other children.
  private static func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw TestFailure("pipe: \(errno)") }
    defer { ends.forEach { close($0) } }
    let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    guard moved.allSatisfy({ $0 >= 10 }) else { throw TestFailure("fcntl: \(errno)") }
    return (moved[0], moved[1])
  }
}
