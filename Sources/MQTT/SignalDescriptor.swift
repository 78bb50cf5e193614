import CMosquitto
import Glibc

/// Signals as something to poll, so that they need no handler and cannot interrupt a commit.
public final class SignalDescriptor {
  /// Readable when a signal waits.
  public let descriptor: Int32

  /// Blocks the signals in the calling thread and takes them over. Threads started later inherit that; make it before
  /// any is.
  ///
  /// Throws when the system refuses, e.g. for want of descriptors.
  public init(_ signals: [Int32]) throws(MQTTError) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    let code = pthread_sigmask(SIG_BLOCK, &set, nil)
    guard code == 0 else { throw MQTTError(system: "pthread_sigmask", errorNumber: code) }
    descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    guard descriptor >= 0 else { throw MQTTError(system: "signalfd", errorNumber: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next signal that arrived, nil when there is none. It never waits.
  public func next() -> Int32? {
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    return Glibc.read(descriptor, &info, size) == size ? Int32(info.ssi_signo) : nil
  }

  /// Lets a signal that was taken over do what it does by default. SIGTSTP stops the process until somebody continues
  /// it, or does nothing where nobody could.
  public func obey(_ signal: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal)
    raise(signal)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }
}
