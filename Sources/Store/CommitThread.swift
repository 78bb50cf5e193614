import CSQLite
import Dispatch
import Synchronization

/// Ends transactions on a thread of its own: with `synchronous = FULL` that is where SQLite waits for the disk, for a
/// moment or for as long as the disk hangs.
///
/// Whoever hands a connection over may not touch it until the transaction has ended.
final class CommitThread: Sendable {
  private enum State {
    case idle
    case running
    case ended(Int32)
  }

  private let queue = DispatchQueue(label: "rollcall.commit")
  private let bell = DispatchSemaphore(value: 0)
  private let state = Mutex(State.idle)

  /// A transaction was handed over, and its end has not been seen.
  var isBusy: Bool { state.withLock { if case .idle = $0 { false } else { true } } }

  /// Whether the disk is still awaited.
  var isRunning: Bool { state.withLock { if case .running = $0 { true } else { false } } }

  func commit(_ connection: OpaquePointer) {
    // Handed over: nobody else touches it until the end was seen.
    nonisolated(unsafe) let connection = connection
    state.withLock { $0 = .running }
    queue.async { [self] in
      let code = sqlite3_exec(connection, "COMMIT", nil, nil, nil)
      state.withLock { $0 = .ended(code) }
      bell.signal()
    }
  }

  /// Waits for the end that ``commit(_:)`` has begun.
  ///
  /// - Parameter patience: how long at the most.
  /// - Returns: SQLite's result, once; `nil`: not yet.
  func end(patience: Duration) -> Int32? {
    guard isBusy else { return nil }
    let nanoseconds = Int(patience / .nanoseconds(1))
    guard bell.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else { return nil }
    return state.withLock { state in
      guard case .ended(let code) = state else { return nil }
      state = .idle
      return code
    }
  }
}
