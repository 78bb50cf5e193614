import CMosquitto
import Glibc
import Synchronization

/// One `ConnectCall` on a thread of its own: the library asks the name server in it, and waits for the answer.
///
/// The library's handle is lent to the thread. Until `takeOutcome` returns an outcome the connection has no handle, so
/// that only the thread uses it; afterwards the thread does not touch it again. The lock around `stage` orders the
/// two. Whoever comes second frees a handle that the connection gave up meanwhile.
final class Resolution: Sendable {
  /// Becomes readable when the call is done.
  let descriptor: Int32

  private let handle: LentHandle
  private let call: ConnectCall
  private let stage = Mutex(Stage.running)

  private enum Stage {
    case running
    case done(ConnectCall.Outcome)
    case abandoned
  }

  /// Unchecked: what makes it safe is said above.
  private struct LentHandle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  /// Look-ups that hang may be given up and begun again for hours.
  private static let mostThreads = 1_000
  private static let threads = Atomic(0)
  private static let stackBytes = 1 << 19

  /// Begins the call. The handle belongs to the resolution once this returns.
  ///
  /// Throws when there is no descriptor or no thread for it.
  init(_ call: ConnectCall, handle: OpaquePointer) throws(MQTTError) {
    self.call = call
    self.handle = LentHandle(pointer: handle)
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw MQTTError(system: "eventfd", errorNumber: errno) }
    try start()
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// The handle and what came of the call; nil while it goes on.
  func takeOutcome() -> (handle: OpaquePointer, outcome: ConnectCall.Outcome)? {
    let outcome = stage.withLock { stage -> ConnectCall.Outcome? in
      if case .done(let outcome) = stage { outcome } else { nil }
    }
    return outcome.map { (handle.pointer, $0) }
  }

  /// Frees the handle, now or when the call is done.
  func abandon() {
    let isDone = stage.withLock { stage in
      if case .done = stage { return true }
      stage = .abandoned
      return false
    }
    if isDone { mosquitto_destroy(handle.pointer) }
  }

  private func start() throws(MQTTError) {
    guard Self.threads.add(1, ordering: .relaxed).newValue <= Self.mostThreads else {
      Self.threads.subtract(1, ordering: .relaxed)
      throw MQTTError(system: "getaddrinfo", errorNumber: EAGAIN)
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    var thread = pthread_t()
    let retained = Unmanaged.passRetained(self)
    let code = pthread_create(&thread, &attributes, Self.body, retained.toOpaque())
    guard code != 0 else { return }
    retained.release()
    Self.threads.subtract(1, ordering: .relaxed)
    throw MQTTError(system: "pthread_create", errorNumber: code)
  }

  private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    if let context = $0 {
      Unmanaged<Resolution>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
  }

  private func run() {
    let outcome = call.run(on: handle.pointer)
    let isWanted = stage.withLock { stage in
      if case .abandoned = stage { return false }
      stage = .done(outcome)
      return true
    }
    if isWanted { eventfd_write(descriptor, 1) } else { mosquitto_destroy(handle.pointer) }
    Self.threads.subtract(1, ordering: .relaxed)
  }
}
