import Glibc

/// Waits for sockets and other descriptors with poll(2), which unlike select(2) has no limit of 1,024.
///
/// A turn of a loop empties it, adds what is to be watched, waits, and asks for each what came of it. Its storage is
/// kept from turn to turn.
public struct Poller {
  /// What a descriptor is ready for. An error or a hang-up counts as both, so that the next call shows it.
  public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let readable = Readiness(rawValue: 1)
    public static let writable = Readiness(rawValue: 2)
  }

  private var entries: [pollfd] = []

  public init() {}

  /// Forgets every descriptor.
  public mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
  }

  /// Watches a descriptor for input, and for room to write if so wanted, and returns its place. Nil is never ready.
  @discardableResult
  public mutating func add(_ descriptor: Int32?, wantsWrite: Bool = false) -> Int {
    let events = POLLIN | (wantsWrite ? POLLOUT : 0)
    entries.append(pollfd(fd: descriptor ?? -1, events: Int16(events), revents: 0))
    return entries.count - 1
  }

  /// Watches a connection as it wants to be, and returns its place.
  @discardableResult
  public mutating func add(_ connection: Connection) -> Int {
    add(connection.descriptor, wantsWrite: connection.wantsWrite)
  }

  /// Waits until something is ready, at most for `timeout` (nil is forever), and returns how many are. A signal that
  /// interrupts it ends the wait early with none.
  ///
  /// Throws poll's error.
  @discardableResult
  public mutating func wait(_ timeout: Duration?) throws(MQTTError) -> Int {
    let ready = poll(&entries, nfds_t(entries.count), timeout?.millisecondsRoundedUp ?? -1)
    if ready >= 0 { return Int(ready) }
    guard errno == EINTR else { throw MQTTError(system: "poll", errorNumber: errno) }
    for index in entries.indices { entries[index].revents = 0 }
    return 0
  }

  /// What the descriptor at a place, as `add` returned it, is ready for since the last wait.
  public subscript(place: Int) -> Readiness {
    let events = Int32(entries[place].revents)
    guard events & (POLLERR | POLLHUP | POLLNVAL) == 0 else { return [.readable, .writable] }
    var readiness: Readiness = []
    if events & POLLIN != 0 { readiness.insert(.readable) }
    if events & POLLOUT != 0 { readiness.insert(.writable) }
    return readiness
  }
}

extension Duration {
  /// What poll(2) takes: whole milliseconds, rounded up so that a wait never ends just before its deadline.
  fileprivate var millisecondsRoundedUp: Int32 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    let milliseconds = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int32(clamping: min(seconds, Int64(Int32.max)) * 1000 + milliseconds)
  }
}
