import Glibc

/// A line of Mosquitto's log, read from its start. What is taken is gone.
struct MosquittoText {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Passes the time, if there is one: seconds since 1970, or what `log_timestamp_format` makes of figures.
  mutating func skipTime() {
    let limit = min(bytes.count - 1, 40)
    var end = 0
    while end < limit, Self.isOfTime(bytes[end]) { end += 1 }
    guard end > 1, bytes[end - 1] == UInt8(ascii: " "), bytes[end - 2] == UInt8(ascii: ":") else {
      return
    }
    at = end
  }

  private static func isOfTime(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "+")...UInt8(ascii: "/"),
      UInt8(ascii: " "), UInt8(ascii: "T"), UInt8(ascii: "Z"):
      true
    default: false
    }
  }

  /// Takes `text`, if that is what comes next.
  mutating func take(_ text: StaticString) -> Bool {
    guard matches(text, at: at) else { return false }
    at += text.utf8CodeUnitCount
    return true
  }

  /// Takes what stands before the next blank, and the blank.
  mutating func word() -> [UInt8]? {
    guard let end = bytes[at...].firstIndex(of: UInt8(ascii: " ")), end > at else { return nil }
    defer { at = end + 1 }
    return Array(bytes[at..<end])
  }

  /// Takes `[ADDRESS:PORT]` and the blank behind it.
  mutating func takeAddress() -> Bool {
    var text = self
    guard text.take("["), let word = text.word(), word.last == UInt8(ascii: "]"),
      let colon = word.lastIndex(of: UInt8(ascii: ":"))
    else { return false }
    let port = word[(colon + 1)...].dropLast()
    guard colon > 0, !port.isEmpty, port.allSatisfy(Self.isDigit) else { return false }
    self = text
    return true
  }

  /// Takes up to nine digits.
  mutating func number() -> Int64? {
    var value: Int64 = 0
    let start = at
    while at < bytes.count, at - start < 9, Self.isDigit(bytes[at]) {
      value = value * 10 + Int64(bytes[at] - UInt8(ascii: "0"))
      at += 1
    }
    return at > start ? value : nil
  }

  /// What is left before `end`, if that is the last.
  func rest(before end: StaticString) -> [UInt8]? {
    guard hasLast(end) else { return nil }
    return Array(bytes[at..<bytes.count - end.utf8CodeUnitCount])
  }

  func isRest(_ text: StaticString) -> Bool {
    bytes.count - at == text.utf8CodeUnitCount && matches(text, at: at)
  }

  /// Whether what is left ends with `text`.
  func hasLast(_ text: StaticString) -> Bool {
    let start = bytes.count - text.utf8CodeUnitCount
    return start >= at && matches(text, at: start)
  }

  func restHas(_ byte: UInt8) -> Bool { bytes[at...].contains(byte) }

  func has(_ text: StaticString) -> Bool {
    at < bytes.count && (at..<bytes.count).contains { matches(text, at: $0) }
  }

  /// How often something stands in the line that could be the parameters of a connection.
  var countOfParameters: Int {
    (at..<bytes.count).count { start in
      var text = self
      text.at = start
      return text.take("(p") && text.number() != nil && text.take(", c") && text.number() != nil
        && text.take(", k") && text.number() != nil
    }
  }

  private func matches(_ text: StaticString, at start: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard let base = bytes.baseAddress, start >= 0, start + length <= bytes.count else {
      return false
    }
    return memcmp(base + start, text.utf8Start, length) == 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
