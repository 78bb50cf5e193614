/// Whether a packet keeps to the properties that libmosquitto knows.
///
/// Version 2.0.11 logs a property of another kind with no handle at hand and trips over its own assertion
/// (`log__printf(NULL, …)` in `property__read`), which ends the process. It is known, and nothing on our side of the
/// library can keep it from that; so such packets are not sent, and everything else is found.
enum KnownProperties {
  private enum Form { case byte, two, four, varint, text, pair }

  private static let forms: [UInt32: Form] = {
    let all: [(Form, [UInt32])] = [
      (.byte, [1, 23, 25, 36, 37, 40, 41, 42]), (.two, [19, 33, 34, 35]), (.four, [2, 17, 24, 39]),
      (.varint, [11]), (.text, [3, 8, 9, 18, 21, 22, 26, 28, 31]), (.pair, [38]),
    ]
    return Dictionary(uniqueKeysWithValues: all.flatMap { form, ids in ids.map { ($0, form) } })
  }()

  /// - Parameter packet: whole, with its fixed header.
  static func areKept(by packet: [UInt8]) -> Bool {
    var body = Reader(packet)
    guard let first = body.byte(), body.varint() != nil, skipToProperties(first, &body),
      var length = body.varint()
    else { return true }
    // As the library counts: a length that was too small wraps around, and reading goes on.
    while length != 0 {
      let before = body.place
      guard let id = body.varint() else { return true }
      guard let form = forms[id] else { return false }
      guard skip(form, &body) else { return true }
      let idBytes = id < 128 ? 1 : id < 16_384 ? 2 : 3
      length &-= UInt32(body.place - before - idBytes + 1)
    }
    return true
  }

  private static func skipToProperties(_ first: UInt8, _ body: inout Reader) -> Bool {
    switch first >> 4 {
    case 2: return body.skip(2)
    case 3: return body.skipText() && (first & 6 == 0 || body.skip(2))
    case 9, 11: return body.skip(2)
    case 4...7: return body.skip(3)
    case 14, 15: return body.skip(1)
    default: return false
    }
  }

  private static func skip(_ form: Form, _ body: inout Reader) -> Bool {
    switch form {
    case .byte: body.skip(1)
    case .two: body.skip(2)
    case .four: body.skip(4)
    case .varint: body.varint() != nil
    case .text: body.skipText()
    case .pair: body.skipText() && body.skipText()
    }
  }

  private struct Reader {
    private let bytes: [UInt8]
    private(set) var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
      guard place < bytes.count else { return nil }
      place += 1
      return bytes[place - 1]
    }

    mutating func skip(_ count: Int) -> Bool {
      guard place + count <= bytes.count else { return false }
      place += count
      return true
    }

    mutating func skipText() -> Bool {
      guard let high = byte(), let low = byte() else { return false }
      return skip(Int(high) << 8 | Int(low))
    }

    mutating func varint() -> UInt32? {
      var value: UInt32 = 0
      for shift in stride(from: UInt32(0), through: 21, by: 7) {
        guard let byte = byte() else { return nil }
        value |= UInt32(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
  }
}
