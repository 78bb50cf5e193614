/// The packets that a load sends, as MQTT 3.1.1 has them.
extension RawPublisher {
  /// Section 3.1: clean session, no keep-alive.
  static func appendConnect(
    _ id: String, _ target: Target, will: String?, to packet: inout [UInt8]
  ) {
    var flags: UInt8 = 2
    var strings = [Array(id.utf8)]
    if let will {
      flags |= 0x04 | 0x08 | 0x20
      strings += [Array(will.utf8), Array("offline".utf8)]
    }
    if let username = target.username {
      flags |= 0x80
      strings.append(Array(username.utf8))
    }
    if let password = target.password {
      flags |= 0x40
      strings.append(Array(password.utf8))
    }
    var body: [UInt8] = [0, 4] + Array("MQTT".utf8) + [4, flags, 0, 0]
    for string in strings { appendString(string, to: &body) }
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
