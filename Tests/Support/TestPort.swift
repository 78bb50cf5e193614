import Glibc

/// TCP on the loopback, for tests that need a port or a server that behaves badly.
public enum TestPort {
  /// A port that nobody listens on, as far as that can be known.
  public static func free() throws -> Int {
    let socket = try listening()
    defer { close(socket) }
    return try port(of: socket)
  }

  /// Whether somebody accepts connections on a port.
  public static func accepts(_ port: Int) -> Bool {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    return withLoopback(port) { connect(socket, $0, $1) } == 0
  }

  /// A listening socket on a port of the system's choice.
  static func listening() throws -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let bound = withLoopback(0) { bind(socket, $0, $1) }
    guard socket >= 0, bound == 0, listen(socket, 16) == 0 else {
      throw TestFailure("no loopback port: \(String(cString: strerror(errno)))")
    }
    return socket
  }

  static func port(of socket: Int32) throws -> Int {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
    }
    guard code == 0 else { throw TestFailure("getsockname: \(String(cString: strerror(errno)))") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func withLoopback(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }
}
