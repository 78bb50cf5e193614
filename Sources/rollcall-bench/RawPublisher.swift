import Glibc

/// Publishes at full speed over one connection: packets are encoded ahead and written in large pieces, so that
/// the load takes as little of the machine as it can from what is measured. MQTT 3.1.1, clean session.
final class RawPublisher {
  private var descriptor: Int32

  convenience init(port: Int, id: String) throws(BenchError) {
    try self.init(Target(port: port), id: id)
  }

  /// - Parameter will: the topic that gets a retained `offline` at QoS 1 when the connection is cut.
  init(_ target: Target, id: String, will: String? = nil) throws(BenchError) {
    descriptor = try Self.connected(to: target)
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    var packet: [UInt8] = []
    Self.appendConnect(id, target, will: will, to: &packet)
    try send(packet)
    var answer = [UInt8](repeating: 0, count: 4)
    guard recv(descriptor, &answer, 4, Int32(MSG_WAITALL)) == 4, answer[3] == 0 else {
      throw BenchError("the broker refuses the load's connection")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func connected(to target: Target) throws(BenchError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(target.host, String(target.port), &hints, &list)
    guard code == 0 else {
      throw BenchError("\(target.host): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var place = list
    while let address = place?.pointee {
      let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
      if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
      close(descriptor)
      place = address.ai_next
    }
    throw BenchError("no broker at \(target.host):\(target.port)")
  }

  /// Ends the connection as a crash does, with a reset and without DISCONNECT: the broker publishes the will.
  func cut() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
    descriptor = -1
  }

  func send(_ bytes: [UInt8]) throws(BenchError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw BenchError("the broker closed the load's connection") }
      sent += count
    }
  }

  /// Takes whatever the broker answered (acknowledgements), without waiting.
  func drain() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
  }

  /// Says DISCONNECT, and waits until the broker has read everything and closed the connection.
  func finish() {
    _ = try? send([0xe0, 0])
    var buffer = [UInt8](repeating: 0, count: 4096)
    while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
  /// What was asked for cannot be.
  let isUsage: Bool

  init(_ description: String, isUsage: Bool = false) {
    self.description = description
    self.isUsage = isUsage
  }

  static func usage(_ description: String) -> BenchError { BenchError(description, isUsage: true) }
}
