import Glibc

/// Where log lines are written: a descriptor that may be full, slow, or gone.
///
/// Nothing here waits. A line that cannot be written at once is lost, and counted; the next one that can be is
/// preceded by one that says how many were.
final class LogOutput {
  private let descriptor: Int32
  private let isSocket: Bool
  /// The last line was cut off: the next one begins on a new line.
  private var isTorn = false
  private var untold: UInt64 = 0
  private(set) var lost: UInt64 = 0

  init(descriptor: Int32) {
    self.descriptor = descriptor
    var (type, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    isSocket = getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0
  }

  /// - Parameter notice: makes a line of how many were lost.
  func write(_ line: String, _ notice: (UInt64) -> String) {
    if put(untold > 0 ? "\(notice(untold))\n\(line)" : line) {
      untold = 0
    } else {
      lost += 1
      untold += 1
    }
  }

  private func put(_ line: String) -> Bool {
    var text = (isTorn ? "\n" : "") + line + "\n"
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        guard let written = putSome(rest) else {
          isTorn = isTorn || rest.count < bytes.count
          return false
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
      isTorn = false
      return true
    }
  }

  /// How many bytes were written; nil when that would have to wait, or cannot be.
  ///
  /// A pipe that poll(2) calls writable has room for so many bytes at least (pipe(7)), and a regular file is always.
  /// The descriptor is shared with other processes, so that it is not ours to make it nonblocking.
  private func putSome(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let some = UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(PIPE_BUF)))
    var written: Int
    repeat {
      written =
        isSocket
        ? sendNow(some) : isReady ? Glibc.write(descriptor, some.baseAddress, some.count) : 0
    } while written < 0 && errno == EINTR
    return written > 0 ? written : nil
  }

  private func sendNow(_ bytes: UnsafeRawBufferPointer) -> Int {
    send(
      descriptor, bytes.baseAddress, bytes.count,
      Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
  }

  /// An error counts as ready: writing then shows it.
  private var isReady: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, 0) > 0
  }
}
