import Glibc
import Presence
import Store

/// Does what another process's lock, a full disk or a read-only one keeps from being done, as soon as it can be done, and
/// says for what it waits. Not for ever: whoever started the bridge is to hear of it, and may start it again.
struct OpeningPatience {
  private static let longest = Duration.seconds(30)
  /// Microseconds.
  private static let pause: UInt32 = 100_000

  let log: Log
  let clock: any Clock

  func wait<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    let end = clock.now.instant + Self.longest
    var told: StoreError?
    while true {
      do throws(StoreError) { return try body() } catch {
        guard error.mayPass, clock.now.instant < end else { throw error }
        if told != error { log.log(.warning, at: clock.now, "waiting for the database: \(error)") }
        told = error
        usleep(Self.pause)
      }
    }
  }
}
