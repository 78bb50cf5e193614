import Glibc

/// What a command prints, written at once, and remembered where it could not be: `print` of the standard library says
/// nothing of a full disk.
public final class StandardOutput {
  public enum Failure: Equatable {
    /// Nobody reads any more, as after `| head`. That is no error of ours.
    case readerGone
    /// In the system's words.
    case failed(String)
  }

  /// What went wrong first; nothing is written after it.
  public private(set) var failure: Failure?
  /// A descriptor that becomes readable when no reader is to be waited for any more.
  public var interruption: Int32?
  private let descriptor: Int32

  /// Milliseconds; below zero: without an end.
  private let patience: Int32
  private var isSlow = false

  private static let lastWait: Int32 = 100

  /// - Parameter patience: in milliseconds, how long a reader that does not read is waited for; `nil`: as long as it
  ///   takes.
  public init(descriptor: Int32, patience: Int32? = nil) {
    self.descriptor = descriptor
    self.patience = patience ?? -1
  }

  /// Writes everything, and waits for a reader, but not beyond ``interruption``.
  ///
  /// - Returns: false when that was not possible.
  @discardableResult
  public func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while failure == nil, !rest.isEmpty, waitUntilReady() { rest = writeSome(rest) }
      return rest.isEmpty
    }
  }

  /// Has a file system that writes later (NFS) say whether it can. Returns what went wrong with any of the output.
  public func finish() -> Failure? {
    let copy = dup(descriptor)
    if failure == nil, copy >= 0, close(copy) < 0, errno != EINTR { fail() }
    return failure
  }

  /// - Returns: what is still to be written.
  private func writeSome(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    // A pipe or terminal that is ready takes so much without waiting (pipe(7)).
    let written = Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Int(PIPE_BUF)))
    if written >= 0 { return UnsafeRawBufferPointer(rebasing: bytes[written...]) }
    if errno != EINTR && errno != EAGAIN { fail() }
    return bytes
  }

  /// False when a signal came first. A terminal that somebody has stopped goes on at Ctrl-C, and has to be left as it
  /// was: so there is another moment for it.
  private func waitUntilReady() -> Bool {
    var entries = [
      pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: interruption ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    // Where poll(2) fails, writing has to tell; an error and a hang-up as well.
    let limit = isSlow ? 0 : patience
    while poll(&entries, 2, limit) < 0 { guard errno == EINTR else { return true } }
    let isInterrupted = entries[0].revents == 0 && entries[1].revents != 0
    if isInterrupted { _ = poll(&entries, 1, Self.lastWait) }
    isSlow = entries[0].revents == 0
    return !isSlow
  }

  private func fail() {
    failure = errno == EPIPE ? .readerGone : .failed(String(cString: strerror(errno)))
  }
}
