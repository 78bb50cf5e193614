import Glibc
import MQTT

/// Runs what looks at no signal, such as reading a large database or waiting for a lock on one. A signal that orders an
/// end calls `end` meanwhile, on a thread of its own: it has to end the process.
///
/// That is a clean end there: nobody is connected, nothing is to be saved, and SQLite undoes at the next opening what
/// was begun.
func heedingSignals<Value, Failure: Error>(
  _ end: @escaping @Sendable () -> Void, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  // Without a descriptor or a thread for it, the signals are heard a little later.
  let watch = SignalWatch(end)
  defer { watch?.finish() }
  return try body()
}

/// The thread that waits for a signal, or for `finish`.
private final class SignalWatch {
  private let thread: pthread_t
  private let signals: SignalDescriptor
  /// A pipe whose end the thread sees.
  private let done: (reading: Int32, writing: Int32)

  private final class Context: Sendable {
    let signals: Int32
    let done: Int32
    let end: @Sendable () -> Void

    init(_ signals: Int32, _ done: Int32, _ end: @escaping @Sendable () -> Void) {
      (self.signals, self.done, self.end) = (signals, done, end)
    }

    func wait() {
      var entries = [done, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      while poll(&entries, 2, -1) < 0 { guard errno == EINTR else { return } }
      if entries[0].revents == 0 { end() }
    }
  }

  init?(_ end: @escaping @Sendable () -> Void) {
    // A signal is only looked at here: it stays for whoever reads it.
    guard let signals = try? SignalDescriptor(LastingSignals.ending) else { return nil }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    let context = Unmanaged.passRetained(Context(signals.descriptor, ends[0], end))
    var thread = pthread_t()
    guard pthread_create(&thread, nil, Self.body, context.toOpaque()) == 0 else {
      context.release()
      for descriptor in ends { close(descriptor) }
      return nil
    }
    (self.thread, self.signals, done) = (thread, signals, (ends[0], ends[1]))
  }

  func finish() {
    close(done.writing)
    pthread_join(thread, nil)
    close(done.reading)
  }

  private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    if let context = $0 { Unmanaged<Context>.fromOpaque(context).takeRetainedValue().wait() }
    return nil
  }
}
