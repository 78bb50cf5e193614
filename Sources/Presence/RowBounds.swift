/// What the columns of a row may hold. The engine keeps to it when it lends rows, and refuses rows that go beyond:
/// believed, such numbers would overflow, or the gaps between them would fill the memory.
enum RowBounds {
  static let ids: Range<Int32> = 0..<200_000_000
  static let membershipIDs: Range<Int32> = 0..<1_000_000_000
  /// When a client was removed, or a room emptied, in milliseconds since 1970.
  static let times: ClosedRange<Int64> = 0...(1 << 53)
  /// The same of a presence's beginning. A retained snapshot may name a time before 1970.
  static let sinces: ClosedRange<Int64> = -(1 << 53)...(1 << 53)
  /// Nanoseconds, as in ``ClientRow/timeout``.
  static let timeouts: ClosedRange<Int64> = -longestTimeout...longestTimeout
  /// -1: none.
  static let epochs: ClosedRange<Int64> = -1 ... .max

  private static let longestTimeout: Int64 = 366 * 86_400 * 1_000_000_000

  /// Names hold no NUL: their order relies on it.
  static func isName(_ bytes: UnsafeRawBufferPointer, upTo length: Int) -> Bool {
    (1...length).contains(bytes.count) && !bytes.contains(0)
  }

  /// A level of a topic, and a room.
  static let levelLength = 128
  static let roomLength = 256

  /// Data is a JSON object. What is not would make every snapshot that shows it unreadable.
  static func isData(_ bytes: [UInt8]?) -> Bool {
    guard let bytes else { return true }
    return bytes.count >= 2 && bytes.first == UInt8(ascii: "{") && bytes.last == UInt8(ascii: "}")
  }
}

extension Int64 {
  func clamped(to range: ClosedRange<Int64>) -> Int64 {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
