/// Takes bytes in as they come, and gives whole packets out.
struct PacketStream {
  private var bytes: [UInt8] = []
  private static let mostBytes = 1 << 20

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// The next whole packet; what can be none is given out as it is.
  mutating func next() -> [UInt8]? {
    guard let (length, lengthBytes) = Self.length(bytes) else { return nil }
    let total = 1 + lengthBytes + length
    guard total <= Self.mostBytes else { return takeRest() }
    guard bytes.count >= total else { return nil }
    defer { bytes.removeFirst(total) }
    return Array(bytes.prefix(total))
  }

  /// What is there of a packet that is not whole.
  mutating func takeRest() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private static func length(_ bytes: [UInt8]) -> (Int, bytes: Int)? {
    var value = 0
    for (place, byte) in bytes.dropFirst().prefix(4).enumerated() {
      value |= Int(byte & 0x7f) << (7 * place)
      if byte < 0x80 || place == 3 { return (value, place + 1) }
    }
    return nil
  }
}
