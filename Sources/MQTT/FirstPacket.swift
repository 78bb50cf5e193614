/// What a server says first, looked at before libmosquitto reads it: 2.0.11 ends the process over a property that it
/// does not know (an assertion). Only the first packet is kept from it: a broker that has been let in is trusted.
///
/// MQTT 5 sections 3.2, 3.14 and 3.15: the packets that the library takes before the connection is accepted.
enum FirstPacket: Equatable {
  /// More bytes have to come: so many at least, in all.
  case incomplete(Int)
  /// The library may have it.
  case sound
  /// A CONNACK without properties, as of MQTT 3.1.1: the broker does not speak MQTT 5. libmosquitto 2.0.11 says so, and
  /// 2.0.21 takes it for a malformed packet.
  case olderVersion
  /// Why it must not.
  case malformed(String)

  /// Far more than any broker says of itself.
  static let largest = 32_768

  init(_ bytes: [UInt8]) {
    guard let first = bytes.first, let fixedPart = Self.fixedPart(of: first) else {
      self = .sound
      return
    }
    var reader = PropertyReader(bytes.dropFirst())
    guard let length = reader.variableByteInteger() else {
      self = bytes.count < 5 ? .incomplete(bytes.count + 1) : .malformed("a length without an end")
      return
    }
    let end = reader.position + length
    guard end <= Self.largest else {
      self = .malformed("\(length) bytes")
      return
    }
    guard bytes.count >= end else {
      self = .incomplete(end)
      return
    }
    let body = bytes[reader.position..<end].dropFirst(fixedPart)
    guard body.isEmpty else {
      self = Self.inspect(body)
      return
    }
    self = first & 0xf0 == 0x20 && length == fixedPart ? .olderVersion : .sound
  }

  /// The bytes before the properties; nil for a packet that the library refuses whatever is in it.
  private static func fixedPart(of first: UInt8) -> Int? {
    switch first & 0xf0 {
    case 0x20: 2
    case 0xe0, 0xf0: 1
    default: nil
    }
  }

  private static func inspect(_ body: ArraySlice<UInt8>) -> FirstPacket {
    var reader = PropertyReader(body)
    guard let length = reader.variableByteInteger(), reader.position + length == body.endIndex
    else { return .malformed("properties that do not fill it") }
    while reader.position < body.endIndex {
      guard let identifier = reader.byte() else { break }
      guard let isWhole = reader.skipValue(of: identifier) else {
        return .malformed("a property that MQTT 5 does not have: \(identifier)")
      }
      guard isWhole else { return .malformed("a property that is cut off") }
    }
    return .sound
  }
}

/// Reads what stands in a packet from its beginning (MQTT 5 sections 1.5 and 2.2.2).
private struct PropertyReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var position: Int { rest.startIndex }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func variableByteInteger() -> Int? {
    var value = 0
    for place in 0..<4 {
      guard let byte = byte() else { return nil }
      value |= Int(byte & 0x7f) << (7 * place)
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// Whether the value is all there; nil for a property that is not in MQTT 5's table.
  mutating func skipValue(of identifier: UInt8) -> Bool? {
    switch identifier {
    case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a: skip(1)
    case 0x13, 0x21, 0x22, 0x23: skip(2)
    case 0x02, 0x11, 0x18, 0x27: skip(4)
    case 0x0b: variableByteInteger() != nil
    case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f: skipCounted()
    case 0x26: skipCounted() && skipCounted()
    default: nil
    }
  }

  private mutating func skip(_ count: Int) -> Bool {
    guard rest.count >= count else { return false }
    rest = rest.dropFirst(count)
    return true
  }

  private mutating func skipCounted() -> Bool {
    guard let high = byte(), let low = byte() else { return false }
    return skip(Int(high) << 8 | Int(low))
  }
}
