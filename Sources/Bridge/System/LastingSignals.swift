import Glibc
import MQTT

/// What signals do to the bridge. Those that tell of a fault in the program, and those by which a person stops and
/// continues a job, do what they do everywhere.
enum LastingSignals {
  /// An order to end, or that the end is near: of the processor time allowed, of the power.
  static let ending = [SIGINT, SIGTERM, SIGXCPU, SIGPWR]
  /// These would end a program that expects nothing of them. A timer may be inherited, and a file that may not grow
  /// is an error of the write (EFBIG).
  private static let meaningless = [
    SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPIPE, SIGXFSZ, SIGSTKFLT,
  ]
  private static let firstRealTime: Int32 = 34
  private static let lastRealTime: Int32 = 64

  /// Call it before any thread is started.
  static func take() throws(MQTTError) -> SignalDescriptor {
    for number in meaningless { signal(number, SIG_IGN) }
    for number in firstRealTime...lastRealTime { signal(number, SIG_IGN) }
    return try SignalDescriptor(ending + [SIGHUP])
  }
}
