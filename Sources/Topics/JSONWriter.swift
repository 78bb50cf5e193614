/// Writes JSON (RFC 8259) into bytes, in the order in which it is told; commas are its own doing.
///
/// Strings are raw bytes, taken to be UTF-8: only what must be is escaped, and what lies between
/// two escapes is copied at once.
public struct JSONWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// An empty writer with room for `capacity` bytes.
  public init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Brackets: what is written between two of them is within.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The name of an object's next member; it must need no escape.
  public mutating func key(_ name: StaticString) {
    comma()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// The name of an object's next member, whatever it is.
  public mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A string value that must need no escape.
  public mutating func word(_ word: StaticString) {
    comma()
    quoted(word)
  }

  /// A string value, escaped where it must be (RFC 8259, section 7).
  public mutating func string(_ text: UnsafeRawBufferPointer) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    escape(text)
    bytes.append(UInt8(ascii: "\""))
  }

  /// As ``string(_:)-(UnsafeRawBufferPointer)``.
  public mutating func string(_ text: [UInt8]) { text.withUnsafeBytes { string($0) } }

  /// As ``string(_:)-(UnsafeRawBufferPointer)``.
  public mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
  }

  /// A whole number; one beyond 64 bits with a sign becomes the nearest within.
  public mutating func integer(_ value: some BinaryInteger) {
    comma()
    Digits.append(Int64(clamping: value), to: &bytes)
  }

  /// `true` or `false`.
  public mutating func bool(_ value: Bool) {
    comma()
    raw(value ? "true" : "false")
  }

  /// `null`.
  public mutating func null() {
    comma()
    raw("null")
  }

  /// A time in UTC, as ``Timestamp`` writes it.
  public mutating func time(millisecondsSince1970: Int64) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    Timestamp.append(millisecondsSince1970: millisecondsSince1970, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A whole value that is JSON already.
  public mutating func raw(_ json: [UInt8]) {
    comma()
    bytes += json
  }

  /// Forgets what was written, and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }
}

extension JSONWriter {
  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    comma()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func quoted(_ text: StaticString) {
    bytes.append(UInt8(ascii: "\""))
    raw(text)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func raw(_ text: StaticString) {
    bytes += UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  private mutating func escape(_ text: UnsafeRawBufferPointer) {
    var clean = 0
    for at in 0..<text.count where Self.needsEscape(text[at]) {
      bytes += text.part(clean, at)
      escape(text[at])
      clean = at + 1
    }
    bytes += text.part(clean, text.count)
  }

  static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    if byte >= 0x20 { return bytes.append(byte) }
    raw("u00")
    bytes.append(UInt8(ascii: "0") + byte >> 4)
    bytes.append(Self.digit(byte & 0xf))
  }

  /// A hexadecimal digit of 0 to 15.
  static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
