import Glibc

/// What the hot path does with borrowed bytes. None of it allocates.

extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `text`.
  @inline(__always)
  func holds(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && hasBytes(text, at: 0)
  }

  /// Whether the bytes from `offset` on begin with `text`.
  @inline(__always)
  func hasBytes(_ text: StaticString, at offset: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard let base = baseAddress, offset >= 0, offset + length <= count else { return false }
    return memcmp(base + offset, text.utf8Start, length) == 0
  }

  @inline(__always)
  func hasPrefix(_ prefix: [UInt8]) -> Bool {
    guard let base = baseAddress, prefix.count <= count else { return false }
    return prefix.withUnsafeBytes { other in
      guard let start = other.baseAddress else { return true }
      return memcmp(base, start, other.count) == 0
    }
  }

  @inline(__always)
  func hasSuffix(_ text: StaticString) -> Bool {
    hasBytes(text, at: count - text.utf8CodeUnitCount)
  }

  /// Without the blanks, CR and LF at both ends.
  package var trimmed: UnsafeRawBufferPointer {
    var (start, end) = (0, count)
    while start < end, self[start].isJSONBlank { start += 1 }
    while end > start, self[end - 1].isJSONBlank { end -= 1 }
    return part(start, end)
  }

  /// Whether these are the letters of `word`, in any case of ASCII.
  package func spells(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    if holds(word) { return true }
    return indices.allSatisfy { self[$0].lowercased == word.utf8Start[$0].lowercased }
  }

  /// Negative, 0 or positive: before, equal to, or after the other by bytes.
  @inline(__always)
  func order(to other: UnsafeRawBufferPointer) -> Int {
    let common = Swift.min(count, other.count)
    guard common > 0, let left = baseAddress, let right = other.baseAddress else {
      return count - other.count
    }
    let order = Int(memcmp(left, right, common))
    return order != 0 ? order : count - other.count
  }

  /// The bytes from `start` up to `end`.
  @inline(__always)
  func part(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[start..<end])
  }

  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    var at = start
    while at < count {
      if self[at] == byte { return at }
      at += 1
    }
    return nil
  }
}

extension UInt8 {
  /// A letter of ASCII as a small one, every other byte as it is.
  package var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}

/// Eight bytes looked at as one word (Hacker's Delight, 6-1). A byte that is as asked for has its high bit set in
/// what is returned; so may have the one above such a byte, but where there is none no bit is set.
enum EightBytes {
  static let highs = ones << 7
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  @inline(__always)
  static func equal(_ byte: UInt8, _ word: UInt64) -> UInt64 {
    let difference = word ^ ones &* UInt64(byte)
    return (difference &- ones) & ~difference
  }

  @inline(__always)
  static func below(_ limit: UInt8, _ word: UInt64) -> UInt64 {
    (word &- ones &* UInt64(limit)) & ~word
  }
}

/// Strict UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
enum UTF8Check {
  /// The bytes of the character at `at`, 1 to 4; 0: it is none.
  static func length(_ bytes: UnsafeRawBufferPointer, at: Int) -> Int {
    let lead = bytes[at]
    switch lead {
    case 0x00...0x7f: return 1
    case 0xc2...0xdf: return tail(bytes, at, 0x80...0xbf, 2)
    case 0xe0: return tail(bytes, at, 0xa0...0xbf, 3)
    case 0xed: return tail(bytes, at, 0x80...0x9f, 3)
    case 0xe1...0xef: return tail(bytes, at, 0x80...0xbf, 3)
    case 0xf0: return tail(bytes, at, 0x90...0xbf, 4)
    case 0xf1...0xf3: return tail(bytes, at, 0x80...0xbf, 4)
    case 0xf4: return tail(bytes, at, 0x80...0x8f, 4)
    default: return 0
    }
  }

  /// `length` when the second byte is in `second` and the others are continuations.
  private static func tail(
    _ bytes: UnsafeRawBufferPointer, _ at: Int, _ second: ClosedRange<UInt8>, _ length: Int
  ) -> Int {
    guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return 0 }
    for offset in 2..<max(length, 2) where bytes[at + offset] & 0xc0 != 0x80 { return 0 }
    return length
  }
}
