/// MQTT packets as a broker writes them, right or nearly so.
enum PacketWriter {
  static func packet(_ first: UInt8, _ body: [UInt8]) -> [UInt8] {
    [first] + length(body.count) + body
  }

  static func connack(_ flags: UInt8, _ reason: UInt8, _ properties: [UInt8], isV5: Bool) -> [UInt8]
  {
    packet(0x20, [flags, reason] + list(properties, isV5))
  }

  /// - Parameter flags: retain 1, QoS 2 and 4, duplicate 8.
  static func publish(
    _ flags: UInt8, _ topic: [UInt8], _ id: UInt16, _ properties: [UInt8], _ payload: [UInt8],
    isV5: Bool
  ) -> [UInt8] {
    let number = flags & 6 == 0 ? [] : two(id)
    return packet(0x30 | flags & 15, text(topic) + number + list(properties, isV5) + payload)
  }

  static func suback(_ id: [UInt8], _ codes: [UInt8], isV5: Bool) -> [UInt8] {
    packet(0x90, id + list([], isV5) + codes)
  }

  static func unsuback(_ id: [UInt8], isV5: Bool) -> [UInt8] {
    packet(0xb0, id + list([], isV5) + (isV5 ? [0] : []))
  }

  static func puback(_ id: [UInt8], _ reason: UInt8, isV5: Bool) -> [UInt8] {
    packet(0x40, id + (isV5 && reason != 0 ? [reason] : []))
  }

  static let pingresp: [UInt8] = [0xd0, 0]

  private static func list(_ properties: [UInt8], _ isV5: Bool) -> [UInt8] {
    isV5 ? length(properties.count) + properties : []
  }

  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    two(UInt16(truncatingIfNeeded: bytes.count)) + bytes
  }

  private static func two(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(number & 0xff)]
  }

  private static func length(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = count
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}
