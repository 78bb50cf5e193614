import Glibc

/// A server on the loopback that says only what a test has it say: nothing, or bytes that no broker would send.
public final class RawServer {
  public let port: Int
  private let listener: Int32
  private var peer: Int32 = -1

  public init() throws {
    listener = try TestPort.listening()
    port = try TestPort.port(of: listener)
  }

  deinit {
    close(listener)
    hangUp()
  }

  /// Takes the first connection that waits; throws when none comes within `limit`.
  public func accept(limit: Duration = .seconds(5)) throws {
    try wait(listener, limit)
    peer = Glibc.accept(listener, nil, nil)
  }

  /// Takes what the peer has sent; throws when nothing comes within `limit`.
  public func receive(limit: Duration = .seconds(5)) throws -> [UInt8] {
    try wait(peer, limit)
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(peer, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(count, 0)))
  }

  public func send(_ bytes: [UInt8]) {
    _ = Glibc.send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Closes the connection.
  public func hangUp() {
    if peer >= 0 { close(peer) }
    peer = -1
  }

  /// Closes the connection with a TCP reset.
  public func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout.size(ofValue: linger))
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, size)
    hangUp()
  }

  private func wait(_ descriptor: Int32, _ limit: Duration) throws {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, Int32(limit.components.seconds) * 1000) == 1 else {
      throw TestFailure("nothing came within \(limit)")
    }
  }
}
