/// What Foundation's JSON parser lets pass and RFC 8259 does not.
///
/// It takes bytes for UTF-16 or UTF-32 from the NULs among them, skips a byte order mark, and
/// allows a comma before a closing bracket. It also takes milliseconds for 500 nested objects,
/// so fewer are allowed. Nothing else is looked at here: the parser does that.
enum JSONStrictness {
  /// Brackets within brackets (RFC 8259, section 9 lets a parser have a limit).
  static let maxDepth = 128

  /// Whether `bytes` may be a JSON object: UTF-8 that begins with a brace, after blanks.
  static func allows(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.first(where: { !isBlank($0) }) == UInt8(ascii: "{") else { return false }
    var scan = Scan()
    var at = 0
    while at < bytes.count {
      let length = UTF8Check.length(bytes, at: at)
      if length == 0 || bytes[at] == 0 || !scan.take(bytes[at]) { return false }
      at += length
    }
    return true
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
  }

  /// Follows strings, because a comma and a bracket within one mean nothing.
  private struct Scan {
    private var inString = false
    private var escaped = false
    private var afterComma = false
    private var depth = 0

    mutating func take(_ byte: UInt8) -> Bool {
      if inString {
        takeInString(byte)
        return true
      }
      if JSONStrictness.isBlank(byte) { return true }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if afterComma { return false }
        depth -= 1
      default: inString = byte == UInt8(ascii: "\"")
      }
      afterComma = byte == UInt8(ascii: ",")
      return depth <= JSONStrictness.maxDepth
    }

    private mutating func takeInString(_ byte: UInt8) {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if byte == UInt8(ascii: "\"") {
        inString = false
      }
    }
  }
}
