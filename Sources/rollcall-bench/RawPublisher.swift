import Glibc

/// Publishes at full speed over one connection: packets are encoded ahead and written in large pieces, so that
/// the load takes as little of the machine as it can from what is measured. MQTT 3.1.1, clean session.
final class RawPublisher {
  private let descriptor: Int32

  init(port: Int, id: String) throws(BenchError) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } != 0
    }
    guard !failed else { throw BenchError("no broker on port \(port)") }
    var packet: [UInt8] = []
    Self.appendConnect(id, to: &packet)
    try send(packet)
    var answer = [UInt8](repeating: 0, count: 4)
    guard recv(descriptor, &answer, 4, Int32(MSG_WAITALL)) == 4, answer[3] == 0 else {
      throw BenchError("the broker refuses the load's connection")
    }
  }

  deinit { close(descriptor) }

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

  /// MQTT 3.1.1, section 3.1: no will, no login, no keep-alive.
  private static func appendConnect(_ id: String, to packet: inout [UInt8]) {
    var body: [UInt8] = [0, 4] + Array("MQTT".utf8) + [4, 2, 0, 0]
    appendString(Array(id.utf8), to: &body)
    packet.append(0x10)
    appendLength(body.count, to: &packet)
    packet += body
  }

  /// Section 3.3. At QoS 1 with a packet identifier.
  static func appendPublish(
    _ topic: some Collection<UInt8>, _ payload: some Collection<UInt8>, identifier: UInt16? = nil,
    retain: Bool = false, to packet: inout [UInt8]
  ) {
    packet.append(0x30 | (identifier == nil ? 0 : 2) | (retain ? 1 : 0))
    appendLength(2 + topic.count + (identifier == nil ? 0 : 2) + payload.count, to: &packet)
    appendString(topic, to: &packet)
    if let identifier { packet += [UInt8(identifier >> 8), UInt8(identifier & 0xff)] }
    packet += payload
  }

  private static func appendString(_ text: some Collection<UInt8>, to packet: inout [UInt8]) {
    packet += [UInt8(text.count >> 8), UInt8(text.count & 0xff)]
    packet += text
  }

  private static func appendLength(_ length: Int, to packet: inout [UInt8]) {
    var rest = length
    repeat {
      let byte = UInt8(rest & 0x7f)
      rest >>= 7
      packet.append(rest > 0 ? byte | 0x80 : byte)
    } while rest > 0
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
