@testable import Dialects

/// Writes Sparkplug payloads as edge nodes do.
enum SparkplugPayload {
  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(value.count)) + value
  }

  static func text(_ field: UInt64, _ value: String) -> [UInt8] { bytes(field, Array(value.utf8)) }

  /// Name, timestamp, datatype Int64, long_value: as Tahu writes it.
  static func session(_ number: UInt64) -> [UInt8] {
    bytes(
      2,
      text(1, "bdSeq") + Self.number(3, 1_700_000_000_123) + Self.number(4, 4)
        + Self.number(11, number))
  }

  /// A metric of four bytes with a property set: what a birth is full of.
  static let temperature = bytes(
    2,
    text(1, "Inputs/Temperature") + number(2, 7) + number(3, 1_700_000_000_123) + number(4, 9)
      + bytes(9, text(1, "engUnit") + bytes(2, number(1, 12) + text(8, "°C")))
      + varint(12 << 3 | 5) + [0, 0, 0xb0, 0x41])

  static let body = number(1, 1_700_000_000_123) + temperature

  /// Timestamp, metrics, seq.
  static func birth(_ session: UInt64) -> [UInt8] { body + Self.session(session) + number(3, 0) }

  static func death(_ session: UInt64) -> [UInt8] {
    number(1, 1_700_000_000_000) + Self.session(session)
  }
}
