import Glibc

/// Times as the contract shows them: RFC 3339 in UTC with milliseconds, always 24 bytes, such as
/// `2026-11-23T20:10:05.123Z`.
public enum Timestamp {
  /// The bytes of any time.
  public static let count = 24

  /// Years 0 to 9999, which is all that RFC 3339 can write; a time beyond becomes the nearest.
  private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

  /// Appends the time, given in milliseconds since 1970 in UTC.
  public static func append(millisecondsSince1970 time: Int64, to bytes: inout [UInt8]) {
    let time = min(max(time, writable.lowerBound), writable.upperBound)
    let milliseconds = ((time % 1000) + 1000) % 1000
    var seconds = time_t((time - milliseconds) / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    Digits.append(Int(parts.tm_year) + 1900, width: 4, then: "-", to: &bytes)
    Digits.append(Int(parts.tm_mon) + 1, width: 2, then: "-", to: &bytes)
    Digits.append(Int(parts.tm_mday), width: 2, then: "T", to: &bytes)
    Digits.append(Int(parts.tm_hour), width: 2, then: ":", to: &bytes)
    Digits.append(Int(parts.tm_min), width: 2, then: ":", to: &bytes)
    Digits.append(Int(parts.tm_sec), width: 2, then: ".", to: &bytes)
    Digits.append(Int(milliseconds), width: 3, then: "Z", to: &bytes)
  }

  /// The time in milliseconds since 1970; nil for all but what ``append(millisecondsSince1970:to:)``
  /// writes: no other offset, precision, case, or day that does not exist.
  public static func read(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count == count else { return nil }
    var parts = tm()
    parts.tm_year = Int32(Digits.read(bytes, 0, 4) - 1900)
    parts.tm_mon = Int32(Digits.read(bytes, 5, 2) - 1)
    parts.tm_mday = Int32(Digits.read(bytes, 8, 2))
    parts.tm_hour = Int32(Digits.read(bytes, 11, 2))
    parts.tm_min = Int32(Digits.read(bytes, 14, 2))
    parts.tm_sec = Int32(Digits.read(bytes, 17, 2))
    let time = Int64(timegm(&parts)) * 1000 + Int64(Digits.read(bytes, 20, 3))
    // timegm takes a 30th of February for the 2nd of March: what is not written back is wrong.
    var again: [UInt8] = []
    append(millisecondsSince1970: time, to: &again)
    return again.elementsEqual(bytes) ? time : nil
  }

  /// As ``read(_:)-(UnsafeRawBufferPointer)``.
  public static func read(_ bytes: [UInt8]) -> Int64? { bytes.withUnsafeBytes { read($0) } }
}

/// Decimal digits, without a String.
enum Digits {
  static func append(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  static func append(
    _ value: Int, width: Int, then next: Unicode.Scalar, to bytes: inout [UInt8]
  ) {
    var unit = 1
    for _ in 1..<width { unit *= 10 }
    while unit > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
      unit /= 10
    }
    bytes.append(UInt8(ascii: next))
  }

  /// Any bytes: what is no digit gives a wrong number, within eight bits a place.
  static func read(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ width: Int) -> Int {
    bytes.part(start, start + width).reduce(0) { $0 * 10 + (Int($1) - 48) }
  }
}
