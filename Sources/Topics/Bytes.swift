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
