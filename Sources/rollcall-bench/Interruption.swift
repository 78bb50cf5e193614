import Glibc
import Synchronization

/// SIGINT or SIGTERM: a benchmark that has started programs ends them before it ends itself. The second signal ends
/// it at once.
enum Interruption {
  private static let flag = Atomic(false)

  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Throws once there was a signal.
  static func check() throws(BenchError) {
    if flag.load(ordering: .relaxed) { throw BenchError("interrupted") }
  }

  /// As a signal would.
  static func request() { flag.store(true, ordering: .relaxed) }

  static var isWanted: Bool { flag.load(ordering: .relaxed) }
}
