import CLinux
import Glibc

/// Which of many sockets is ready, by epoll(7): a turn costs what happened, not how many there are.
final class ReadySet {
  /// What one socket is watched for; kept by its owner and handed back at each change.
  struct Watch: Equatable {
    var descriptor: Int32
    var wantsWrite: Bool
  }

  struct Event {
    var token: Int
    var readable: Bool
    var writable: Bool
  }

  private let descriptor: Int32
  private var events = [epoll_event](repeating: epoll_event(), count: 256)

  init() throws(FleetError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw FleetError("epoll_create1", errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches a socket as `watch` says, whether or not it was watched before.
  ///
  /// A closed socket leaves the set by itself, and its number may come back as another socket; so
  /// what the set knows is never assumed.
  func set(_ watch: Watch, token: Int) throws(FleetError) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | (watch.wantsWrite ? EPOLLOUT.rawValue : 0)
    event.data.u64 = UInt64(token)
    if epoll_ctl(descriptor, EPOLL_CTL_MOD, watch.descriptor, &event) == 0 { return }
    guard errno == ENOENT, epoll_ctl(descriptor, EPOLL_CTL_ADD, watch.descriptor, &event) == 0
    else { throw FleetError("epoll_ctl", errno) }
  }

  /// Stops watching a socket that stays open.
  func remove(_ socket: Int32) {
    _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
  }

  /// Waits until something is ready, at most for `timeout`.
  func wait(_ timeout: Duration) throws(FleetError) -> [Event] {
    // Rounded up: a wait that ends just before its time would be repeated at once.
    let milliseconds = (max(timeout, .zero) / .milliseconds(1)).rounded(.up)
    let count = epoll_wait(
      descriptor, &events, Int32(events.count), Int32(min(milliseconds, 60_000)))
    guard count >= 0 else {
      if errno == EINTR { return [] }
      throw FleetError("epoll_wait", errno)
    }
    return events[..<Int(count)].map(Self.event)
  }

  private static func event(_ event: epoll_event) -> Event {
    let failed = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    return Event(
      token: Int(event.data.u64), readable: failed || event.events & EPOLLIN.rawValue != 0,
      writable: failed || event.events & EPOLLOUT.rawValue != 0)
  }
}

/// A system call without which no fleet can run.
public struct FleetError: Error, Equatable, CustomStringConvertible {
  public let call: String
  /// The call's errno.
  public let errorNumber: Int32

  init(_ call: String, _ errorNumber: Int32) {
    self.call = call
    self.errorNumber = errorNumber
  }

  public var description: String { "\(call): \(String(cString: strerror(errorNumber)))" }
}
